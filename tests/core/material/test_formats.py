"""The kinds of files of a material."""

import pytest
from tests.core.material.surfaces import material_of

from plitka.core.material.formats import MaterialFormat, encode_material


@pytest.mark.parametrize(
    ("kind", "begins", "media_type"),
    [(MaterialFormat.ZIP, b"PK", "application/zip"), (MaterialFormat.GLB, b"glTF", "model/gltf-binary")],
)
def test_each_kind_is_what_it_says(kind: MaterialFormat, begins: bytes, media_type: str) -> None:
    """By its first bytes, and for HTTP."""
    assert kind.media_type == media_type
    assert encode_material(material_of(), kind, language="en", bits=8, version="1").startswith(begins)
