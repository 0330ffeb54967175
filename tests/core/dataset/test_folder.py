"""Folders of captioned pictures, in each layout."""

import json
import os
from pathlib import Path

import pytest
from PIL import Image

from plitka.core.dataset.folder import Entry, corrected_name, original, read_folder
from plitka.core.files.sheet import contact_sheet, encode_sheet
from plitka.errors import InputError


def picture(path: Path) -> Path:
    """A small one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (8, 8), "red").save(path)
    return path


def entries(folder: Path) -> dict[str, Entry]:
    """What is read, by name."""
    return {entry.name: entry for entry in read_folder(folder).entries}


def problems(folder: Path) -> list[str]:
    """What is wrong with the folder, as a person reads it."""
    return [str(problem) for problem in read_folder(folder).problems]


class TestTables:
    """Captions in a table."""

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("metadata.csv", "file_name,text\na.png,100% red\n"),
            ("metadata.csv", '\ufefffile_name,other,text\na.png,x,"100% red"\n'),
            ("metadata.jsonl", '{"file_name": "a.png", "text": "100% red"}\n\n'),
            ("captions.csv", "file,caption\na.png,100% red\n"),
            ("captions.csv", "image_path,mask_path,caption\n/content/train/a.png,,100% red\n"),
            ("captions.csv", "image_path,caption\n.\\\\a.png,100% red\n"),
        ],
    )
    def test_each_layout_is_read(self, tmp_path: Path, name: str, content: str) -> None:
        """With its own columns; a picture that was moved is found beside its table."""
        picture(tmp_path / "a.png")
        (tmp_path / name).write_text(content, "utf-8")
        entry = entries(tmp_path)["a.png"]
        assert (entry.caption, entry.origin) == ("100% red", tmp_path / name)
        assert problems(tmp_path) == []

    def test_a_table_tells_of_folders_below_and_the_nearest_wins(self, tmp_path: Path) -> None:
        """As in imagefolders with splits."""
        for name in ("train/a.png", "train/b.png", "c.png"):
            picture(tmp_path / name)
        (tmp_path / "metadata.csv").write_text("file_name,text\ntrain/a.png,red\ntrain/b.png,red\nc.png,red\n")
        (tmp_path / "train/metadata.csv").write_text("file_name,text\na.png,blue\n")
        found = entries(tmp_path)
        assert {name: entry.caption for name, entry in found.items()} == {
            "c.png": "red",
            "train/a.png": "blue",
            "train/b.png": "red",
        }
        assert [str(remark) for remark in found["train/a.png"].remarks] == ["metadata.csv has another caption: red"]

    def test_masks_are_no_pictures(self, tmp_path: Path) -> None:
        """Eden's table names one for each picture."""
        picture(tmp_path / "a.png")
        picture(tmp_path / "a_mask.png")
        (tmp_path / "captions.csv").write_text('image_path,mask_path,caption\na.png,a_mask.png,"TOK, red"\n')
        assert {name: entry.caption for name, entry in entries(tmp_path).items()} == {"a.png": "TOK, red"}

    def test_contact_sheets_are_no_pictures(self, tmp_path: Path) -> None:
        """As `plitka dataset audit --sheet` may write one into the folder."""
        picture(tmp_path / "a.png")
        (tmp_path / "sheet.png").write_bytes(encode_sheet(contact_sheet([])))
        assert list(entries(tmp_path)) == ["a.png"]
        assert not problems(tmp_path)

    def test_links_are_pictures_of_their_own(self, tmp_path: Path) -> None:
        """Two that lead to one file may have two captions."""
        kept = picture(tmp_path / "kept/a.png")
        (tmp_path / "set").mkdir()
        for name in ("x.png", "y.png"):
            (tmp_path / "set" / name).symlink_to(kept)
        (tmp_path / "set/metadata.csv").write_text("file_name,text\nx.png,red\ny.png,blue\n")
        assert [entry.caption for entry in entries(tmp_path / "set").values()] == ["red", "blue"]

    def test_a_broken_row_takes_nothing_from_the_others(self, tmp_path: Path) -> None:
        """Each is told with its line."""
        picture(tmp_path / "a.png")
        picture(tmp_path.parent / "outside.png")
        lines = [
            "{",
            "[1]",
            '{"text": "red"}',
            '{"file_name": "none.png", "text": "red"}',
            '{"file_name": "../outside.png", "text": "red"}',
            '{"file_name": "a\\u0000.png", "text": "red"}',
            json.dumps({"file_name": "a.png", "text": "blue"}),
        ]
        (tmp_path / "metadata.jsonl").write_text("\n".join(lines))
        assert entries(tmp_path)["a.png"].caption == "blue"
        says = ["JSON", "JSON", "no file", "none.png", "outside.png", "a\0.png"]
        told = problems(tmp_path)
        assert len(told) == len(says)
        for line, (problem, word) in enumerate(zip(told, says, strict=True), start=1):
            assert f"line {line}:" in problem
            assert word in problem

    @pytest.mark.parametrize(
        ("content", "says"),
        [
            (b"name,caption\n", "no column"),
            (b"\xff\xfe\x00", "cannot be read"),
            (b'file,caption\n"a', "cannot be read"),
        ],
    )
    def test_a_table_that_cannot_be_read_is_a_problem(self, tmp_path: Path, content: bytes, says: str) -> None:
        """The pictures are there all the same."""
        picture(tmp_path / "a.png")
        (tmp_path / "captions.csv").write_bytes(content)
        assert entries(tmp_path)["a.png"].caption is None
        [problem] = problems(tmp_path)
        assert says in problem


class TestTexts:
    """Captions in files of their own, and in names of folders."""

    @pytest.mark.parametrize("suffix", [".txt", ".caption"])
    def test_a_text_beside_a_picture_is_its_caption(self, tmp_path: Path, suffix: str) -> None:
        """Without the blanks around it."""
        path = picture(tmp_path / "a.png").with_suffix(suffix)
        path.write_text("\n100% red\n")
        assert (entries(tmp_path)["a.png"].caption, entries(tmp_path)["a.png"].origin) == ("100% red", path)

    def test_it_comes_before_a_table(self, tmp_path: Path) -> None:
        """That they differ is told; that they agree is not."""
        for name, text in (("a.png", "red"), ("b.png", "blue")):
            picture(tmp_path / name).with_suffix(".txt").write_text(text)
        (tmp_path / "metadata.csv").write_text("file_name,text\na.png,blue\nb.png,blue\n")
        found = entries(tmp_path)
        assert [entry.caption for entry in found.values()] == ["red", "blue"]
        assert [len(entry.remarks) for entry in found.values()] == [1, 0]

    def test_an_empty_or_broken_text_is_none(self, tmp_path: Path) -> None:
        """The second is told."""
        picture(tmp_path / "a.png").with_suffix(".txt").write_text(" \n")
        picture(tmp_path / "b.png").with_suffix(".txt").write_bytes(b"\xff\xff")
        assert [entry.caption for entry in entries(tmp_path).values()] == [None, None]
        assert len(problems(tmp_path)) == 1

    def test_kohyas_folders_tell_repeats_and_a_caption(self, tmp_path: Path) -> None:
        """Of those pictures that have no other."""
        picture(tmp_path / "10_red tile/a.png")
        picture(tmp_path / "10_red tile/b.png").with_suffix(".txt").write_text("blue")
        picture(tmp_path / "plain/c.png")
        found = entries(tmp_path)
        assert [(entry.caption, entry.repeats) for entry in found.values()] == [
            ("red tile", 10),
            ("blue", 10),
            (None, 1),
        ]
        assert found["10_red tile/a.png"].origin is None


class TestCorrected:
    """Corrected tables and texts."""

    def test_they_stand_for_their_originals(self, tmp_path: Path) -> None:
        """Both a table and a text."""
        picture(tmp_path / "a.png").with_suffix(".txt").write_text("red")
        (tmp_path / "a.corrected.txt").write_text("blue")
        picture(tmp_path / "b.png")
        (tmp_path / "metadata.csv").write_text("file_name,text\nb.png,red\n")
        (tmp_path / "metadata.corrected.csv").write_text("file_name,text\nb.png,blue\n")
        assert [entry.caption for entry in entries(tmp_path).values()] == ["blue", "blue"]

    @pytest.mark.parametrize("name", ["metadata.csv", "a.txt", "metadata.jsonl"])
    def test_their_names_lead_back(self, name: str) -> None:
        """Also from themselves, so that a second correction is of the first."""
        corrected = corrected_name(Path(name))
        assert corrected != Path(name)
        assert original(corrected) == original(Path(name)) == Path(name)


def test_hidden_folders_are_passed_over(tmp_path: Path) -> None:
    """Such as that of `dataset render`."""
    picture(tmp_path / ".plitka/a.png")
    picture(tmp_path / "b.png")
    picture(tmp_path / ".c.png")
    assert list(entries(tmp_path)) == ["b.png"]


def test_a_folder_without_pictures_is_refused(tmp_path: Path) -> None:
    """And one that is not there."""
    with pytest.raises(InputError, match="has no picture"):
        read_folder(tmp_path)
    with pytest.raises(InputError, match="cannot be read"):
        read_folder(tmp_path / "none")


@pytest.mark.parametrize(("name", "content"), [("a.txt", "red"), ("metadata.csv", "file_name,text\na.png,red\n")])
@pytest.mark.parametrize(("changed_s", "n_told"), [(-10, 0), (10, 1)])
def test_an_original_that_was_changed_since_is_told(
    tmp_path: Path, name: str, content: str, changed_s: int, n_told: int
) -> None:
    """What was written into it is not read, and that is no fault of the folder."""
    picture(tmp_path / "a.png")
    path, corrected = tmp_path / name, corrected_name(tmp_path / name)
    path.write_text(content)
    corrected.write_text(content.replace("red", "blue"))
    written_s = corrected.stat().st_mtime
    os.utime(path, (written_s + changed_s,) * 2)
    folder = read_folder(tmp_path)
    assert [entry.caption for entry in folder.entries] == ["blue"]
    assert folder.problems == ()
    assert [str(notice).split(",")[0] for notice in folder.notices] == [
        f"{path} was changed after {corrected.name}"
    ] * n_told
    path.unlink()
    assert read_folder(tmp_path).notices == ()
