"""A material as a zip."""

import io
import zipfile

import numpy as np
import pytest
from PIL import Image
from tests.core.material.surfaces import SIDE_PX, material_of

from plitka.core.material.archive import README, encode_archive, explain, file_of
from plitka.core.material.maps import Channel


def test_a_zip_has_all_maps_and_a_page_about_them() -> None:
    """Whole, named as the page names them, each a picture of the size; the same bytes each time."""
    content = encode_archive(material_of(), "en", 8)
    assert content == encode_archive(material_of(), "en", 8)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        text = archive.read(README).decode()
        assert set(archive.namelist()) == {README, *map(file_of, Channel)}
        for channel in Channel:
            assert file_of(channel) in text
            with Image.open(archive.open(file_of(channel))) as image:
                image.load()
                assert image.size == (SIDE_PX, SIDE_PX)
        height = np.asarray(Image.open(archive.open(file_of(Channel.HEIGHT))))
    assert (height == material_of().maps[Channel.HEIGHT]).all()


@pytest.mark.parametrize(("language", "length"), [("en", "0.0183 m"), ("ru", "0,0183 на 0,0183 м")])
def test_the_page_tells_the_scale_in_the_readers_language(language: str, length: str) -> None:
    """Metres of a repeat, and the convention of the normals."""
    text = explain(material_of(), language)
    assert length in text
    assert "OpenGL" in text
    assert "{" not in text
    assert ("закажите образец" in text) == (language == "ru")
