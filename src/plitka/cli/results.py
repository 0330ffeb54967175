"""What is said about a finished picture: as JSON for a machine, as a table for a person."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from plitka.cli.terminal import Terminal
from plitka.core.generation import Mode, Result, ZoneShares
from plitka.core.language.figures import plain_figure
from plitka.core.report import report
from plitka.core.scene import Zone, short_mask


def report_picture(result: Result, path: Path, terminal: Terminal) -> dict[str, Any]:
    """The result's report, and where its picture lies."""
    return {"path": str(path), **report(result, terminal.notice_text)}


def show_picture(result: Result, path: Path, terminal: Terminal) -> None:
    """Path and seed, then asked and found shares; a block for each zone where there are several."""
    _ = terminal.gettext
    terminal.write(_("{path}  seed {seed}").format(path=path, seed=result.request.seed))
    scene = result.request.scene
    rows: list[Sequence[str]] = []
    for number, (zone, shares) in enumerate(zip(scene.zones, result.zones, strict=True)):
        if len(scene.zones) > 1:
            rows.append((_zone_title(number, zone, shares, terminal),))
        rows.extend(_share_rows(shares, terminal))
    terminal.write_table(rows)


def tell_miss(image: Mapping[str, Any], allowed: float, terminal: Terminal) -> None:
    """Say of a picture which share is furthest off, and what may help.

    Args:
        image: what `report_picture` gave of it.
        allowed: the tolerance that it misses, in points.
        terminal: where it is told.
    """
    _ = terminal.gettext
    zones = image.get("zones", [image])
    number, zone = max(enumerate(zones), key=lambda numbered: numbered[1]["max_error"])
    asked, measured = zone["requested"], zone["measured"]
    code = max(asked, key=lambda one: abs(measured[one] - asked[one]))
    if image.get("mode") == Mode.TEXT:
        advice = _("try --mode guided, which corrects shares, or another --seed, or allow more with --tolerance")
    else:
        advice = _("try another --seed or a larger --size, or allow more with --tolerance")
    sentence = _(
        "{where} is made, but {colour} is measured at {measured} % where {asked} % were asked for: {points} points "
        "off, of which {allowed} are allowed; {advice}"
    )
    points = abs(measured[code] - asked[code])
    figures = {"measured": measured[code], "asked": asked[code], "points": points, "allowed": allowed}
    told = {name: plain_figure(value, terminal.language, most=2) for name, value in figures.items()}
    where = image["path"]
    if len(zones) > 1:
        mask = _("the ground") if zone["mask"] is None else short_mask(zone["mask"])
        where = _("{path}, zone {number} ({mask}),").format(path=where, number=number, mask=mask)
    terminal.fail(sentence.format(where=where, colour=code, advice=advice, **told))


def _zone_title(number: int, zone: Zone, shares: ZoneShares, terminal: Terminal) -> str:
    _ = terminal.gettext
    name = _("the ground") if zone.mask is None else zone.title
    return _("zone {number}, {name}: {percent} %").format(
        number=number, name=name, percent=terminal.figure(100 * shares.area, 1)
    )


def _share_rows(shares: ZoneShares, terminal: Terminal) -> Iterator[tuple[str, ...]]:
    _, figure = terminal.gettext, terminal.figure
    exact = shares.exact
    yield ("", _("asked"), *([] if exact is None else [_("exact")]), _("measured"))
    for code, percent in shares.asked.items():
        known = [] if exact is None else [f"{figure(exact[code], 2)} %"]
        yield (f"  {code}", f"{figure(percent, 1)} %", *known, f"{figure(shares.measured[code], 1)} %")
