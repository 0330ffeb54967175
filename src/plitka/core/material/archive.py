"""A material as a zip of maps, with a page that says how Blender and three.js take them."""

import io
import zipfile
from dataclasses import replace

from plitka.core.language.figures import plain_figure
from plitka.core.language.translations import localise
from plitka.core.material.maps import Channel, Material, encode_map
from plitka.core.recipes.recipe import Notice

README = "README.txt"
_NO_TIME = (1980, 1, 1, 0, 0, 0)
"""The earliest that a zip can tell: the same material gives the same bytes."""

_PARAGRAPHS = (
    Notice("{title}; seed {seed}"),
    Notice(
        "One repeat is {side} m by {side} m: map it {repeats} times to a metre. The maps have no seams, and no light "
        "or shadow in them."
    ),
    Notice("{base_colour}: base colour, sRGB."),
    Notice("{normal}: normals, not a colour (Non-Color), OpenGL's convention: green points up."),
    Notice("{roughness}, {ambient_occlusion}: not colours; 1 is rough, and open to the sky."),
    Notice(
        "{height}: not a colour; from black to white {height_mm} mm. As displacement take {height_mm} mm as the "
        "scale and white as the level of the surface."
    ),
    Notice(
        "Blender: a Principled BSDF takes base colour and roughness as they are, normals through a Normal Map node, "
        "the height through a Displacement node."
    ),
    Notice(
        "three.js: MeshStandardMaterial takes map (SRGBColorSpace), normalMap, roughnessMap (its green channel), "
        "aoMap (its red channel), displacementMap; wrapS and wrapT are RepeatWrapping."
    ),
    Notice(
        "Colours differ from screen to screen and from print to print, and a mix looks darker once it is bound. "
        "Order a sample before you order a floor."
    ),
)
"""Of the README, with places for what the material is."""


def encode_archive(material: Material, language: str, bits: int) -> bytes:
    """The bytes of a zip: a PNG for each map, and a README in a language.

    Args:
        material: what is written.
        language: `en` or `ru`.
        bits: of each channel of every map, 8 or 16; of the height 16 in any case, which would be steps otherwise.
    """
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for channel, levels in material.maps.items():
            content = encode_map(levels, 16 if channel is Channel.HEIGHT else bits)
            archive.writestr(zipfile.ZipInfo(file_of(channel), _NO_TIME), content, zipfile.ZIP_STORED)
        text = explain(material, language).replace("\n", "\r\n").encode()
        archive.writestr(zipfile.ZipInfo(README, _NO_TIME), text, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def file_of(channel: Channel) -> str:
    """The name of a map's file."""
    return f"{channel}.png"


def explain(material: Material, language: str) -> str:
    """What whoever opens the zip has to know, in a language."""
    values = {
        "title": material.title,
        "seed": material.seed,
        "side": plain_figure(material.side_m, language, most=4),
        "repeats": plain_figure(1 / material.side_m, language, most=2),
        "height_mm": plain_figure(1000 * material.height_m, language),
    } | {channel.value: file_of(channel) for channel in Channel}
    return "\n\n".join(localise(replace(paragraph, values=values), language) for paragraph in _PARAGRAPHS) + "\n"
