"""Colours that are no granules' own, by name, shade or RAL number: what they are taken as, and how that is told."""

import re
from collections.abc import Mapping
from functools import cache

from plitka.core.colour.naming import Resolved, resolve
from plitka.core.colour.palette import Colour, Palette
from plitka.core.colour.ral import ral_names, ral_values
from plitka.core.colour.spaces import Lab, ciede2000, hex_to_lab_d65
from plitka.core.language.spelling import name_key
from plitka.core.recipes.recipe import Notice

ALIKE_DELTA_E = 0.5
"""CIEDE2000 below which a colour is the granules' own, and nothing has to be told."""
OTHER_DELTA_E = 10.0
"""CIEDE2000 from which RAL means another colour by a name than other lists do."""
_OTHER_RAL = {name_key(name): "RAL 7024" for name in ("graphite", "graphite grey", "графит", "графитовый")}
"""The trade calls anthracite, RAL 7016, graphite too."""
_RAL = re.compile(r"(?<![^\W_])(?:ral|рал)[ -]?\d{4}|^\d{4}$", re.IGNORECASE)


def settle_value(name: str, lab_d65: Lab, palette: Palette) -> tuple[Resolved, Notice | None]:
    """What a colour is taken as, and how that is told; nothing is where it is the granules' own.

    Args:
        name: as it was typed.
        lab_d65: what it means.
        palette: of the granules.
    """
    found = resolve(lab_d65, palette)
    is_granules = found.colour is found.nearest
    if is_granules and found.delta_e < ALIKE_DELTA_E:
        return found, None
    values = {"name": name, "code": found.colour.code, "delta_e": f"{found.delta_e:.0f}"}
    if not is_granules:
        values["nearest"] = found.nearest.code
        told = Notice(
            "{name!r} is painted as {code}; {nearest}, the nearest granules, are {delta_e} (CIEDE2000) away", values
        )
    elif _RAL.search(name):
        told = Notice(
            "{name!r} is taken as {code}, the nearest colour, at a distance of {delta_e} (CIEDE2000), for no granules "
            "of that number are known here",
            values,
        )
    else:
        told = Notice("{name!r} is taken as {code}, the nearest colour, at a distance of {delta_e} (CIEDE2000)", values)
    ral = None if _RAL.search(name) else _other_of_ral(name, lab_d65, palette)
    if ral is None:
        return found, told
    return found, Notice(
        "{told}; {ral} has this name too and is another colour, so write its number to have it",
        {"told": told, "ral": ral},
    )


def tell_other_ral(name: str, colour: Colour) -> Notice | None:
    """What is told of a trade name that RAL Classic has for another colour; None where it has none.

    Args:
        name: as it was typed.
        colour: the granules that have it.
    """
    ral = _OTHER_RAL.get(name_key(name))
    if ral is None or colour.ral == ral:
        return None
    values = {"name": name, "code": colour.code, "ral": ral}
    return Notice("{name!r} is taken as {code}; {ral} has this name too, so write its number to have it", values)


def _other_of_ral(name: str, lab_d65: Lab, palette: Palette) -> str | None:
    """The number of RAL Classic that has this name and is clearly another colour."""
    code = _codes_by_name().get(name_key(name))
    colour = None if code is None else palette.find(code)
    if code is None or (colour is None and code not in ral_values()):
        return None
    meant = hex_to_lab_d65(ral_values()[code]) if colour is None else colour.lab_d65
    return code if ciede2000(lab_d65, meant) >= OTHER_DELTA_E else None


@cache
def _codes_by_name() -> Mapping[str, str]:
    return {name_key(name): code for code, name in ral_names().items()}
