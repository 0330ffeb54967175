"""The kinds of files that a material is written as."""

from enum import StrEnum

from plitka.core.material.archive import encode_archive
from plitka.core.material.gltf import encode_gltf
from plitka.core.material.maps import Material


class MaterialFormat(StrEnum):
    """A kind of file, by the end of its name."""

    ZIP = "zip"
    GLB = "glb"

    @property
    def media_type(self) -> str:
        """What HTTP calls it."""
        return "application/zip" if self is MaterialFormat.ZIP else "model/gltf-binary"


def encode_material(material: Material, kind: MaterialFormat, *, language: str, bits: int, version: str) -> bytes:
    """The content of a file.

    Args:
        material: what is written.
        kind: of the file.
        language: of the README of a zip.
        bits: of the maps of a zip, 8 or 16.
        version: of plitka, in a GLB.
    """
    if kind is MaterialFormat.ZIP:
        return encode_archive(material, language, bits)
    return encode_gltf(material, version)
