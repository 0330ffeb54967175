"""An evaluation as Markdown for people, as JSON for machines, and as a contact sheet for the eye."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from plitka.core.files.sheet import Cell, contact_sheet
from plitka.core.judge.evaluation import NEAR_POINTS, Report, Row, Spread
from plitka.core.judge.realism import Realism
from plitka.core.language.figures import figure
from plitka.core.language.translations import localise, translation
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
        "mode": report.mode and report.mode.value,
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


def to_markdown(
    suite: str, version: str, reports: Sequence[Report], photographs: Mapping[str, Realism], language: str = "en"
) -> str:
    """The figures side by side, those of photographs of other tiles last, then every picture.

    Args:
        suite: what it is called in that language.
        version: of plitka.
        reports: one for each engine.
        photographs: what photographs of other tiles score.
        language: one of `LANGUAGES`.
    """
    told = _Told(language)
    _ = told.gettext
    made_of = _("plitka {version}, pictures of {size} px. What each figure means: docs/evaluation.md.")
    lines = [
        f"# {_('Evaluation on {suite}').format(suite=suite)}",
        "",
        made_of.format(version=version, size=reports[0].size_px),
        "",
        f"| {_('figure')} | {' | '.join(report.engine for report in reports)} | {_('other photographs')} |",
        f"|---|{'---|' * len(reports)}---|",
    ]
    columns = [[*told.figures(report), *told.realism(report.realism, photographs)] for report in reports]
    last = [(name, "") for name, _text in told.figures(reports[0])] + list(told.realism(photographs, photographs))
    rows = zip(*columns, last, strict=True)
    lines += [f"| {row[0][0]} | {' | '.join(text for _name, text in row)} |" for row in rows]
    for report in reports:
        lines += ["", f"## {report.engine}", "", *told.pictures(report)]
    return "\n".join(lines) + "\n"


class _Told:
    """The figures of a report in words of a language."""

    def __init__(self, language: str) -> None:
        self._language = language
        self.gettext = translation(language).gettext

    def _number(self, value: float, decimals: int = 2) -> str:
        return figure(value, decimals, self._language, grouped=False)

    def figures(self, report: Report) -> Iterator[tuple[str, str]]:
        """What holds for all pictures of an engine: names and values."""
        _, number = self.gettext, self._number
        mean_s, longest_s = report.seconds
        mean_attempts, most_attempts = report.attempts
        yield _("mode"), report.mode.value if report.mode else "—"
        yield _("pictures"), _("{made}, refused {refused}").format(made=len(report.rows), refused=len(report.refused))
        yield from self._spread(_("error of shares"), report.shares)
        yield from self._spread(_("error of the measure itself"), report.measure_error)
        yield _("off-palette area, mean"), f"{number(report.off_palette)} %"
        yield _("attempts at a picture, mean and most"), f"{number(mean_attempts)}; {most_attempts}"
        yield _("seconds a picture, mean and longest"), f"{number(mean_s)}; {number(longest_s)}"

    def realism(self, realism: Mapping[str, Realism], mark: Mapping[str, Realism]) -> Iterator[tuple[str, str]]:
        """Each ratio over halves, in brackets over photographs of other tiles."""
        _, number = self.gettext, self._number
        kinds = {"solids": _("realism of solids"), "mixes": _("realism of mixes")}
        parts = {"patches": _("patches"), "spectrum": _("spectrum"), "lightness": _("lightness")}
        for kind, kind_name in kinds.items():
            found = realism.get(kind)
            for part, part_name in parts.items():
                text = number(getattr(found, part)) if found else _UNKNOWN
                limit = getattr(mark.get(kind), part, 0.0)
                of_mark = f" ({number(getattr(found, part) / limit)})" if found and limit else ""
                yield f"{kind_name}, {part_name}", text + of_mark
            levels = " ".join(number(level, 1) for level in found.levels) if found else _UNKNOWN
            yield f"{kind_name}, {_('patches by level')}", levels

    def _spread(self, name: str, spread: Spread | None) -> Iterator[tuple[str, str]]:
        _ = self.gettext
        names = {"mean": _("mean"), "median": _("median"), "p95": _("95th percentile"), "maximum": _("largest")}
        for part, words in names.items():
            points = _("{points} points").format(points=self._number(getattr(spread, part))) if spread else _UNKNOWN
            yield f"{name}, {words}", points
        within = _("within {points} points").format(points=f"{NEAR_POINTS:g}")
        yield f"{name}, {within}", f"{100 * spread.near:.0f} %" if spread else _UNKNOWN

    def pictures(self, report: Report) -> Iterator[str]:
        """A row of a table for each picture, and for each recipe that was refused."""
        _, number = self.gettext, self._number
        names = (_("recipe"), _("seed"), _("measured"), _("error"), _("off palette"), _("attempts"), _("seconds"))
        yield f"| {' | '.join(names)} |"
        yield "|---|---|---|---|---|---|---|"
        for row in report.rows:
            measured = ", ".join(f"{code} {percent:.1f}" for code, percent in row.measurement.percents.items())
            yield (
                f"| {format_colours(row.recipe)} | {row.seed} | {measured} | {number(row.max_error)} "
                f"| {number(row.measurement.off_palette)} | {row.attempts} | {number(row.seconds)} |"
            )
        for recipe, error in report.refused:
            refused = _("refused: {reason}").format(reason=localise(error, self._language))
            yield f"| {format_colours(recipe)} | | {refused} | | | | |"


def to_sheet(report: Report, language: str = "en") -> "RgbImage":
    """(H, W, 3) uint8 sRGB: every picture over what was asked and measured, in red where it is off too far."""
    title = translation(language).gettext("asked, measured %")
    return contact_sheet(
        [
            Cell(pixels=row.thumbnail, lines=[title, *_label(row)], is_warning=row.max_error > NEAR_POINTS)
            for row in report.rows
        ]
    )


def _label(row: Row) -> Iterator[str]:
    for code, percent in row.recipe.percents.items():
        yield f"{code}  {percent:g}, {row.measurement.percents[code]:.1f}"
