"""The kinds of files that a material is written as."""

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialFile:
    """How a material is written."""

    kind: MaterialFormat
    language: str
    """Of the README of a zip."""
    bits: int
    """Of the maps of a zip, 8 or 16."""
    version: str
    """Of plitka, in a GLB."""

    def encode(self, material: Material) -> bytes:
        """The content of the file."""
        if self.kind is MaterialFormat.ZIP:
            return encode_archive(material, self.language, self.bits)
        return encode_gltf(material, self.version)
