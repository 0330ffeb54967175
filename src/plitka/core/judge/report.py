"""An evaluation as Markdown for people, as JSON for machines, and as a contact sheet for the eye."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from plitka.core.files.sheet import Cell, contact_sheet
from plitka.core.judge.evaluation import NEAR_POINTS, Report, Row, Spread
from plitka.core.judge.realism import Realism
from plitka.core.recipes.recipe import format_colours, to_hundredths

if TYPE_CHECKING:
    from plitka.core.generation import RgbImage

_UNKNOWN = "—"
"""Stands for a figure that this suite or engine has not."""


def to_json(suite: str, version: str, reports: Sequence[Report], photographs: Mapping[str, Realism]) -> dict[str, Any]:
    """One object with a report for each engine, the model that was asked about first.

    Args:
        photographs: what photographs of other tiles score.
    """
    return {
        "suite": suite,
        "version": version,
        "photographs": {kind: _realism_json(realism) for kind, realism in photographs.items()},
        "engines": [_engine_json(report) for report in reports],
    }


def _engine_json(report: Report) -> dict[str, Any]:
    mean_s, longest_s = report.seconds
    mean_attempts, most_attempts = report.attempts
    return {
        "engine": report.engine,
        "mode": report.mode.value,
        "size_px": report.size_px,
        "n_pictures": len(report.rows),
        "shares_error": _spread_json(report.shares),
        "measure_error": _spread_json(report.measure_error),
        "off_palette": round(report.off_palette, 2),
        "attempts": {"mean": round(mean_attempts, 3), "max": most_attempts},
        "seconds": {"mean": round(mean_s, 3), "max": round(longest_s, 3)},
        "realism": {kind: _realism_json(realism) for kind, realism in report.realism.items()},
        "refused": [{"recipe": format_colours(recipe), "reason": str(error)} for recipe, error in report.refused],
        "pictures": [_row_json(row) for row in report.rows],
    }


def _spread_json(spread: Spread | None) -> dict[str, float] | None:
    return None if spread is None else {name: round(value, 3) for name, value in asdict(spread).items()}


def _realism_json(realism: Realism) -> dict[str, Any]:
    return {
        "patches": round(realism.patches, 3),
        "spectrum": round(realism.spectrum, 3),
        "lightness": round(realism.lightness, 3),
        "levels": [round(level, 3) for level in realism.levels],
    }


def _row_json(row: Row) -> dict[str, Any]:
    return {
        "recipe": format_colours(row.recipe),
        "seed": row.seed,
        "requested": to_hundredths(row.recipe.percents),
        "measured": to_hundredths(row.measurement.percents),
        "exact": None if row.exact is None else to_hundredths(row.exact),
        "max_error": round(row.max_error, 2),
        "uncertainty": round(row.measurement.uncertainty, 2),
        "off_palette": round(row.measurement.off_palette, 2),
        "attempts": row.attempts,
        "seconds": round(row.seconds, 3),
    }


def to_markdown(suite: str, version: str, reports: Sequence[Report], photographs: Mapping[str, Realism]) -> str:
    """The figures side by side, those of photographs of other tiles last, then every picture."""
    lines = [
        f"# Evaluation on {suite}",
        "",
        f"plitka {version}, pictures of {reports[0].size_px} px. What each figure means: docs/evaluation.md.",
        "",
        f"| figure | {' | '.join(report.engine for report in reports)} | other photographs |",
        f"|---|{'---|' * len(reports)}---|",
    ]
    columns = [[*_figures(report), *_realism_figures(report.realism, photographs)] for report in reports]
    last = [(name, "") for name, _ in _figures(reports[0])] + list(_realism_figures(photographs, photographs))
    rows = zip(*columns, last, strict=True)
    lines += [f"| {row[0][0]} | {' | '.join(text for _, text in row)} |" for row in rows]
    for report in reports:
        lines += ["", f"## {report.engine}", "", *_picture_table(report)]
    return "\n".join(lines) + "\n"


def _figures(report: Report) -> Iterator[tuple[str, str]]:
    mean_s, longest_s = report.seconds
    mean_attempts, most_attempts = report.attempts
    yield "mode", report.mode.value
    yield "pictures", f"{len(report.rows)}, refused {len(report.refused)}"
    yield from _spread_figures("error of shares", report.shares)
    yield from _spread_figures("error of the measure itself", report.measure_error)
    yield "off-palette area, mean", f"{report.off_palette:.2f} %"
    yield "attempts at a picture, mean and most", f"{mean_attempts:.2f}, {most_attempts}"
    yield "seconds a picture, mean and longest", f"{mean_s:.2f}, {longest_s:.2f}"


def _realism_figures(realism: Mapping[str, Realism], mark: Mapping[str, Realism]) -> Iterator[tuple[str, str]]:
    """Each ratio over halves, in brackets over photographs of other tiles."""
    for kind in ("solids", "mixes"):
        found = realism.get(kind)
        for part in ("patches", "spectrum", "lightness"):
            text = f"{getattr(found, part):.2f}" if found else _UNKNOWN
            limit = getattr(mark.get(kind), part, 0.0)
            yield (
                f"realism of {kind}, {part}",
                f"{text} ({getattr(found, part) / limit:.2f})" if found and limit else text,
            )
        yield f"realism of {kind}, patches by level", " ".join(f"{x:.1f}" for x in found.levels) if found else _UNKNOWN


def _spread_figures(name: str, spread: Spread | None) -> Iterator[tuple[str, str]]:
    points = {"mean": "mean", "median": "median", "p95": "95th percentile", "maximum": "largest"}
    for field, words in points.items():
        yield f"{name}, {words}", f"{getattr(spread, field):.2f} points" if spread else _UNKNOWN
    yield f"{name}, within {NEAR_POINTS:g} points", f"{100 * spread.near:.0f} %" if spread else _UNKNOWN


def _picture_table(report: Report) -> Iterator[str]:
    yield "| recipe | seed | measured | error | off palette | attempts | seconds |"
    yield "|---|---|---|---|---|---|---|"
    for row in report.rows:
        measured = ", ".join(f"{code} {percent:.1f}" for code, percent in row.measurement.percents.items())
        yield (
            f"| {format_colours(row.recipe)} | {row.seed} | {measured} | {row.max_error:.2f} "
            f"| {row.measurement.off_palette:.2f} | {row.attempts} | {row.seconds:.2f} |"
        )
    for recipe, error in report.refused:
        yield f"| {format_colours(recipe)} | | refused: {error} | | | | |"


def to_sheet(report: Report) -> "RgbImage":
    """(H, W, 3) uint8 sRGB: every picture over what was asked and measured, in red where it is off too far."""
    return contact_sheet(
        [
            Cell(pixels=row.thumbnail, lines=list(_label(row)), is_warning=row.max_error > NEAR_POINTS)
            for row in report.rows
        ]
    )


def _label(row: Row) -> Iterator[str]:
    yield "asked, measured %"
    for code, percent in row.recipe.percents.items():
        yield f"{code}  {percent:g}, {row.measurement.percents[code]:.1f}"
