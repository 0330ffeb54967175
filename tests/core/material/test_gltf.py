"""A material as glTF, read back by the words of the specification."""

import io
import json
import struct
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.core.material.surfaces import SIDE_PX, material_of

from plitka.core.material.gltf import encode_gltf
from plitka.core.material.maps import Channel, to_8_bits


def read_glb(content: bytes) -> tuple[dict[str, Any], bytes]:
    """The document and its binary part."""
    magic, version, length = struct.unpack_from("<4sII", content)
    assert (magic, version, length) == (b"glTF", 2, len(content))
    chunks, at = {}, 12
    while at < length:
        n_bytes, kind = struct.unpack_from("<I4s", content, at)
        assert n_bytes % 4 == 0
        chunks[kind] = content[at + 8 : at + 8 + n_bytes]
        at += 8 + n_bytes
    assert list(chunks) == [b"JSON", b"BIN\0"]
    return json.loads(chunks[b"JSON"]), chunks[b"BIN\0"]


def view(document: dict[str, Any], binary: bytes, number: int) -> bytes:
    """What a view of the binary part shows."""
    told = document["bufferViews"][number]
    return binary[told["byteOffset"] : told["byteOffset"] + told["byteLength"]]


def values(document: dict[str, Any], binary: bytes, number: int) -> Any:  # noqa: ANN401  (an array of either kind)
    """The numbers of an accessor."""
    told = document["accessors"][number]
    kind = {5126: np.float32, 5123: np.uint16}[told["componentType"]]
    return np.frombuffer(view(document, binary, told["bufferView"]), kind).reshape(told["count"], -1)


def picture(document: dict[str, Any], binary: bytes, texture: int) -> Any:  # noqa: ANN401  (an array of either kind)
    """The levels of a texture."""
    told = document["images"][document["textures"][texture]["source"]]
    assert told["mimeType"] == "image/png"
    return np.asarray(Image.open(io.BytesIO(view(document, binary, told["bufferView"]))))


def test_the_pictures_are_the_maps() -> None:
    """Occlusion, roughness and no metal in one, as glTF has it."""
    material = material_of()
    document, binary = read_glb(encode_gltf(material, "1"))
    [told] = document["materials"]
    surface = told["pbrMetallicRoughness"]
    colour = picture(document, binary, surface["baseColorTexture"]["index"])
    assert (colour == to_8_bits(material.maps[Channel.BASE_COLOUR])).all()
    packed = picture(document, binary, surface["metallicRoughnessTexture"]["index"])
    assert told["occlusionTexture"] == surface["metallicRoughnessTexture"]
    assert packed.shape == (SIDE_PX, SIDE_PX, 3)
    assert (packed[..., 0] == to_8_bits(material.maps[Channel.OCCLUSION])).all()
    assert (packed[..., 1] == to_8_bits(material.maps[Channel.ROUGHNESS])).all()
    assert not packed[..., 2].any()
    normal = picture(document, binary, told["normalTexture"]["index"])
    assert (normal == to_8_bits(material.maps[Channel.NORMAL])).all()
    height = picture(document, binary, told["extras"]["heightTexture"]["index"])
    assert (height == material.maps[Channel.HEIGHT]).all()
    assert told["name"] == "60% red, 40% white"


def test_the_square_is_one_repeat_with_its_face_up() -> None:
    """In metres; both triangles turn as their normals say, and the tangents follow the picture."""
    material = material_of()
    document, binary = read_glb(encode_gltf(material, "1"))
    [primitive] = document["meshes"][0]["primitives"]
    place = {name: values(document, binary, number) for name, number in primitive["attributes"].items()}
    assert np.ptp(place["POSITION"], axis=0) == pytest.approx([material.side_m, 0, material.side_m])
    corners = values(document, binary, primitive["indices"]).reshape(-1, 3)
    for a, b, c in place["POSITION"][corners]:
        assert np.cross(b - a, c - a)[1] > 0
    # To the right of the picture is the tangent; up in it, which green means, is normal x tangent.
    right, up = place["TEXCOORD_0"].T[0] == 1, place["TEXCOORD_0"].T[1] == 0
    along = place["POSITION"][right].mean(0) - place["POSITION"][~right].mean(0)
    assert along / np.linalg.norm(along) == pytest.approx(place["TANGENT"][0, :3])
    above = place["POSITION"][up].mean(0) - place["POSITION"][~up].mean(0)
    across = np.cross(place["NORMAL"][0], place["TANGENT"][0, :3]) * place["TANGENT"][0, 3]
    assert above / np.linalg.norm(above) == pytest.approx(across)
