"""A material as one file of glTF 2.0 (GLB): on a square of one repeat, which lies with its face up.

The format is that of the glTF 2.0 specification (Khronos), sections 3 and 4.4. No library is kept that writes it
without others for whole scenes; this is one mesh and four pictures.
"""

import json
import struct
from typing import Any

import numpy as np
import numpy.typing as npt

from plitka.core.files.picture import encode_png
from plitka.core.material.maps import Channel, Material, encode_map, to_8_bits

_MAGIC, _VERSION = b"glTF", 2
_FLOAT, _UINT16 = 5126, 5123
_ARRAY_BUFFER, _ELEMENT_ARRAY_BUFFER = 34962, 34963
_LINEAR, _LINEAR_MIPMAP_LINEAR, _REPEAT = 9729, 9987, 10497
_ALIGNED = 4
_CORNERS = np.array([[0, 0], [1, 0], [0, 1], [1, 1]], np.float32)
"""Of a picture, from its upper left one, to the right and down."""


class _Binary:
    """The binary part of a file, and the views of what is in it."""

    def __init__(self) -> None:
        self.content = b""
        self.views: list[dict[str, int]] = []

    def add(self, content: bytes, **about: int) -> int:
        """The number of the view of what is put in."""
        self.views.append({"buffer": 0, "byteOffset": len(self.content), "byteLength": len(content)} | about)
        self.content += _padded(content, b"\0")
        return len(self.views) - 1


def encode_gltf(material: Material, version: str) -> bytes:
    """The bytes of a GLB: base colour, normal, occlusion-roughness-metallic, and the height, which glTF has not.

    Args:
        material: what is written.
        version: of plitka.

    Returns:
        Pictures of 8 bits a channel, but for the height, of 16, which the material's `extras` name.
    """
    binary = _Binary()
    pictures = [binary.add(content) for content in _pictures(material)]
    document = {
        "asset": {"version": "2.0", "generator": f"plitka {version}"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0, "name": "tile"}],
        "accessors": _accessors(binary, material.side_m),
        "meshes": [_mesh()],
        "materials": [_material(material)],
        "samplers": [
            {"magFilter": _LINEAR, "minFilter": _LINEAR_MIPMAP_LINEAR, "wrapS": _REPEAT, "wrapT": _REPEAT},
        ],
        "textures": [{"sampler": 0, "source": number} for number in range(len(pictures))],
        "images": [
            {"bufferView": view, "mimeType": "image/png", "name": name}
            for view, name in zip(pictures, ("base_colour", "normal", "orm", "height"), strict=True)
        ],
        "bufferViews": binary.views,
        "buffers": [{"byteLength": len(binary.content)}],
    }
    chunks = _chunk(b"JSON", json.dumps(document, ensure_ascii=False).encode(), b" ")
    chunks += _chunk(b"BIN\0", binary.content, b"\0")
    return _MAGIC + struct.pack("<II", _VERSION, 12 + len(chunks)) + chunks


def _pictures(material: Material) -> list[bytes]:
    maps = material.maps
    occlusion, roughness = maps[Channel.OCCLUSION], maps[Channel.ROUGHNESS]
    packed = np.stack([occlusion, roughness, np.zeros_like(roughness)], -1)
    return [
        encode_map(maps[Channel.BASE_COLOUR], 8),
        encode_map(maps[Channel.NORMAL], 8),
        encode_png(to_8_bits(packed)),
        encode_map(maps[Channel.HEIGHT], 16),
    ]


def _material(material: Material) -> dict[str, Any]:
    return {
        "name": material.title,
        "pbrMetallicRoughness": {
            "baseColorTexture": {"index": 0},
            "metallicRoughnessTexture": {"index": 2},
            "metallicFactor": 0,
        },
        "normalTexture": {"index": 1},
        "occlusionTexture": {"index": 2},
        "extras": {
            "side_m": material.side_m,
            "height_m": material.height_m,
            "heightTexture": {"index": 3},
            "seed": material.seed,
        },
    }


def _mesh() -> dict[str, Any]:
    attributes = {"POSITION": 0, "NORMAL": 1, "TANGENT": 2, "TEXCOORD_0": 3}
    return {"name": "tile", "primitives": [{"attributes": attributes, "indices": 4, "material": 0}]}


def _accessors(binary: _Binary, side_m: float) -> list[dict[str, Any]]:
    """A square in the plane of the floor, around the origin; the top of the picture is away from the viewer."""
    across, away = ((_CORNERS - 0.5) * np.float32(side_m)).T
    positions = np.stack([across, np.zeros_like(across), away], -1)
    up, right = (np.array([corner] * 4, np.float32) for corner in ([0, 1, 0], [1, 0, 0, 1]))
    box = {"min": positions.min(0).tolist(), "max": positions.max(0).tolist()}
    return [
        _accessor(binary, positions, "VEC3") | box,
        _accessor(binary, up, "VEC3"),
        _accessor(binary, right, "VEC4"),
        _accessor(binary, _CORNERS, "VEC2"),
        _accessor(binary, np.array([0, 2, 1, 1, 2, 3], np.uint16), "SCALAR"),
    ]


def _accessor(binary: _Binary, values: npt.NDArray[Any], kind: str) -> dict[str, Any]:
    is_index = values.dtype == np.uint16
    view = binary.add(values.tobytes(), target=_ELEMENT_ARRAY_BUFFER if is_index else _ARRAY_BUFFER)
    return {
        "bufferView": view,
        "componentType": _UINT16 if is_index else _FLOAT,
        "count": len(values),
        "type": kind,
    }


def _chunk(kind: bytes, content: bytes, filling: bytes) -> bytes:
    padded = _padded(content, filling)
    return struct.pack("<I", len(padded)) + kind + padded


def _padded(content: bytes, filling: bytes) -> bytes:
    return content + filling * (-len(content) % _ALIGNED)
