"""Pictures that are written as they come, and what is told of all of them at the end."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import structlog

from plitka.cli.half_blocks import show_preview
from plitka.cli.output import Output
from plitka.cli.results import report_picture, show_picture
from plitka.cli.terminal import Terminal
from plitka.cli.version import version
from plitka.core.files.photograph import read_picture
from plitka.core.files.picture import (
    PARAMETERS,
    encode_picture,
    px_per_mm,
    read_fields,
    text_fields,
    write_whole,
)
from plitka.core.files.sheet import Cell, contact_sheet, encode_sheet, thumbnail
from plitka.core.generation import Outcome, Result
from plitka.core.language.figures import plain_figure
from plitka.errors import Cancelled, PlitkaError


class PictureWriter:
    """Takes outcomes in any order, writes their pictures, and tells of them in the order of their seeds."""

    def __init__(
        self,
        seeds: Sequence[int],
        output: Output,
        terminal: Terminal,
        *,
        as_json: bool,
        has_parameters: bool = True,
        has_preview: bool = False,
    ) -> None:
        self._seeds = seeds
        self._output = output
        self._terminal = terminal
        self._as_json = as_json
        self._has_parameters = has_parameters
        self._has_preview = has_preview
        self._reports: dict[int, dict[str, Any]] = {}
        self._cells: dict[int, Cell] = {}
        self._errors: dict[int, PlitkaError] = {}

    @property
    def reports(self) -> list[dict[str, Any]]:
        """Of the pictures that were made."""
        return [self._reports[index] for index in sorted(self._reports)]

    @property
    def error(self) -> PlitkaError | None:
        """That of the first seed whose picture failed; where somebody stopped the command, that."""
        errors = [self._errors[index] for index in sorted(self._errors)]
        return next((error for error in errors if isinstance(error, Cancelled)), errors[0] if errors else None)

    def take(self, outcome: Outcome) -> None:
        """Write a picture, or tell what became of it.

        Raises:
            OSError: it cannot be written.
        """
        if outcome.result is not None:
            self._write(outcome.index, outcome.result, self._output.paths[outcome.index])
        elif outcome.error is not None:
            self._errors[outcome.index] = outcome.error
            is_one_of_many = len(self._seeds) > 1 and not isinstance(outcome.error, Cancelled)
            _ = self._terminal.gettext
            place = _("seed {seed}").format(seed=self._seeds[outcome.index]) if is_one_of_many else ""
            self._terminal.error(outcome.error, place)

    def write_sheet(self) -> None:
        """All pictures on one where several were asked for, with those that were there before."""
        if self._output.sheet is None or not self._cells:
            return
        there = self._output.there
        free = [place for place in range(len(there) + len(self._seeds)) if place not in there]
        cells = {free[index]: cell for index, cell in self._cells.items()}
        cells |= {place: _cell_of_file(path, self._terminal) for place, path in there.items()}
        write_whole(self._output.sheet, encode_sheet(contact_sheet([cells[place] for place in sorted(cells)])))
        self._terminal.remark(self._terminal.gettext("all on one sheet: {path}").format(path=self._output.sheet))

    def _write(self, index: int, result: Result, path: Path) -> None:
        fields = text_fields(result, version())
        if not self._has_parameters:
            fields.pop(PARAMETERS, None)
        write_whole(path, encode_picture(result.pixels, path.suffix, fields, px_per_mm(result)))
        structlog.get_logger().info(
            "picture", path=str(path), seed=result.request.seed, seconds=round(result.seconds, 3)
        )
        self._reports[index] = report_picture(result, path, self._terminal)
        lines = _label(result.request.seed, result.asked, result.measured, self._terminal)
        self._cells[index] = Cell(pixels=thumbnail(result.pixels), lines=lines)
        if not self._as_json:
            if self._has_preview:
                show_preview(result.pixels, self._terminal)
            show_picture(result, path, self._terminal)
        self._terminal.notices(result.remarks)


def _cell_of_file(path: Path, terminal: Terminal) -> Cell:
    """A picture that an earlier command made."""
    fields = read_fields(path)
    asked, measured = json.loads(fields["requested"]), json.loads(fields["measured"])
    return Cell(pixels=thumbnail(read_picture(path)), lines=_label(fields["seed"], asked, measured, terminal))


def _label(seed: int | str, asked: Mapping[str, float], measured: Mapping[str, float], terminal: Terminal) -> list[str]:
    """Seed, and asked and measured percent of each colour."""
    _, language = terminal.gettext, terminal.language
    shares = [
        f"{code}  {plain_figure(percent, language)} %  {terminal.figure(measured[code], 1)} %"
        for code, percent in asked.items()
    ]
    return [_("seed {seed}: asked, measured").format(seed=seed), *shares]
