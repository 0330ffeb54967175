"""Datasets that the `datasets` library loads; what needs the library is tested where it is installed."""

import importlib.util
from pathlib import Path

import pytest
from PIL import Image

from plitka.core.dataset.folder import read_folder
from plitka.core.dataset.hub import fetch_dataset
from plitka.errors import InputError

HAS_LIBRARY = importlib.util.find_spec("datasets") is not None


@pytest.mark.skipif(HAS_LIBRARY, reason="the library is installed")
def test_without_the_library_it_is_said_what_to_install(tmp_path: Path) -> None:
    """Nothing is written."""
    with pytest.raises(InputError, match="pip install datasets"):
        fetch_dataset("owner/name", tmp_path / "set")
    assert not (tmp_path / "set").exists()


@pytest.mark.skipif(not HAS_LIBRARY, reason="the library is not installed")
@pytest.mark.filterwarnings("ignore:Exception ignored in")  # the library leaves the table open
class TestWithLibrary:
    """`fetch_dataset`."""

    def test_pictures_and_captions_become_a_folder(self, tmp_path: Path) -> None:
        """As they were stored."""
        source, n_written = tmp_path / "data", list[int]()
        source.mkdir()
        for name in ("red.jpg", "blue.png"):
            Image.new("RGB", (8, 8), name[:-4]).save(source / name)
        (source / "metadata.csv").write_text('file_name,n,text\nred.jpg,1,"TOK, ""red"""\nblue.png,2,100% blue\n')
        assert fetch_dataset(str(source), tmp_path / "set", on_pictures=n_written.append) == len(n_written) == 2
        entries = read_folder(tmp_path / "set").entries
        assert sorted((entry.path.suffix, entry.caption) for entry in entries) == [
            (".jpg", 'TOK, "red"'),
            (".png", "100% blue"),
        ]
        assert (tmp_path / "set" / entries[0].name).read_bytes() in {path.read_bytes() for path in source.iterdir()}

    def test_what_has_no_pictures_or_is_not_there_is_refused(self, tmp_path: Path) -> None:
        """With what it has."""
        (tmp_path / "data").mkdir()
        (tmp_path / "data/train.csv").write_text("text,n\nred,1\n")
        with pytest.raises(InputError, match="its columns are text, n"):
            fetch_dataset(str(tmp_path / "data"), tmp_path / "set")
        with pytest.raises(InputError, match="cannot be loaded"):
            fetch_dataset(str(tmp_path / "none"), tmp_path / "set")
        (tmp_path / "set").mkdir()
        (tmp_path / "set/a").touch()
        with pytest.raises(InputError, match="not empty"):
            fetch_dataset(str(tmp_path / "data"), tmp_path / "set")
