"""The kinds of files of a material."""

import pytest
from tests.core.material.surfaces import material_of

from plitka.core.material.formats import MaterialFile, MaterialFormat


@pytest.mark.parametrize(
    ("kind", "begins", "media_type"),
    [(MaterialFormat.ZIP, b"PK", "application/zip"), (MaterialFormat.GLB, b"glTF", "model/gltf-binary")],
)
def test_each_kind_is_what_it_says(kind: MaterialFormat, begins: bytes, media_type: str) -> None:
    """By its first bytes, and for HTTP."""
    assert kind.media_type == media_type
    assert MaterialFile(kind=kind, language="en", bits=8, version="1").encode(material_of()).startswith(begins)
