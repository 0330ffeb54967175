"""`plitka dataset audit` and `plitka dataset caption`: captions held against their pictures, and written for them."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plitka.cli.arguments import Commands, Translate, add_command, add_palette_option
from plitka.cli.dataset_work import add_jobs_option, jobs_of, progress_line
from plitka.cli.exit_codes import EXIT_MISSED, EXIT_OK
from plitka.cli.output import check_writable
from plitka.cli.recipe import palette_of
from plitka.cli.terminal import Terminal
from plitka.core.dataset.verdict import Verdict
from plitka.core.recipes.recipe import Notice, Recipe, format_colour, format_colours, to_hundredths

if TYPE_CHECKING:
    from plitka.core.dataset.audit import Audit, Finding
    from plitka.core.files.sheet import Cell
    from plitka.core.measure.identification import Doubt


def add_audit(actions: Commands, _: Translate) -> None:
    """Declare `dataset audit`."""
    parser = add_command(
        actions, "audit", _, _("hold every caption of a folder against its picture; 5 is returned where one is wrong")
    )
    _add_folder(parser, _)
    parser.add_argument("--fix", action="store_true", help=_("write corrected captions beside the originals"))
    parser.add_argument(
        "--sheet", type=Path, metavar="OUT.png", help=_("also show the pictures on one, with what is thought of each")
    )
    add_jobs_option(parser, _)
    add_palette_option(parser, _)
    parser.set_defaults(run=run_audit)


def add_caption(actions: Commands, _: Translate) -> None:
    """Declare `dataset caption`."""
    parser = add_command(
        actions, "caption", _, _("write captions for the pictures that have none, by the colours found in them")
    )
    _add_folder(parser, _)
    parser.add_argument(
        "--trigger", metavar="WORDS", help=_("what stands before the colours (default: ohwx_rubber_tile <s0><s1>)")
    )
    add_jobs_option(parser, _)
    add_palette_option(parser, _)
    parser.set_defaults(run=run_caption)


def _add_folder(parser: argparse.ArgumentParser, _: Translate) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR", help=_("folder of pictures with their captions"))


def run_audit(options: argparse.Namespace, terminal: Terminal) -> int:
    """What is wrong, doubtful and fine, and what was written."""
    from plitka.core.dataset.correction import write_corrections

    if options.sheet is not None:
        check_writable(options.sheet.parent)
    audit = _audited(options, terminal)
    written = write_corrections(audit, palette_of(options)) if options.fix else []
    if options.sheet is not None:
        _write_sheet(options.sheet, audit, terminal)
    if options.json:
        terminal.write_json(_to_json(audit, terminal) | {"written": [str(path) for path in written]})
    else:
        _show(audit, terminal)
        _tell_written(written, terminal)
    n_wrong = audit.counts[Verdict.WRONG]
    return EXIT_MISSED if n_wrong and not written else EXIT_OK


def run_caption(options: argparse.Namespace, terminal: Terminal) -> int:
    """Write a text beside each picture that has no caption."""
    from plitka.core.dataset.caption import TRIGGER
    from plitka.core.dataset.correction import write_captions

    audit = _audited(options, terminal, only_uncaptioned=True)
    written = write_captions(audit.findings, TRIGGER if options.trigger is None else options.trigger)
    if options.json:
        terminal.write_json(_to_json(audit, terminal) | {"written": [str(path) for path in written]})
    else:
        _show(audit, terminal)
        _tell_written(written, terminal)
    return EXIT_OK


def _audited(options: argparse.Namespace, terminal: Terminal, *, only_uncaptioned: bool = False) -> "Audit":
    jobs, palette = jobs_of(options), palette_of(options)
    from plitka.core.dataset.audit import audit_folder, read_uncaptioned
    from plitka.core.dataset.folder import read_folder

    folder = read_folder(options.folder)
    if only_uncaptioned:
        folder = read_uncaptioned(folder, palette)
    with progress_line(len(folder.entries), terminal) as advance:
        return audit_folder(folder, palette, jobs=jobs, on_pictures=advance)


def _to_json(audit: "Audit", terminal: Terminal) -> dict[str, Any]:
    return {
        "folder": str(audit.folder.path),
        "counts": {verdict.value: n for verdict, n in audit.counts.items()},
        "pictures": [_picture_json(finding, terminal) for finding in audit.findings],
        "duplicates": [list(group) for group in audit.duplicates],
        "problems": [terminal.notice_text(problem) for problem in _of_folder(audit)],
    }


def _picture_json(finding: "Finding", terminal: Terminal) -> dict[str, Any]:
    told: dict[str, Any] = {
        "file": finding.entry.name,
        "caption": finding.entry.caption,
        "verdict": finding.verdict.value,
        "reason": None if finding.reason is None else terminal.notice_text(finding.reason),
        "recipe": _recipe_json(finding.recipe),
        "proposal": _recipe_json(finding.proposal),
        "doubts": [{"code": doubt.colour.code, "instead": doubt.instead.code} for doubt in finding.doubts],
        "remarks": [terminal.notice_text(remark) for remark in finding.remarks],
    }
    evidence = finding.evidence
    if evidence is None:
        return told
    measured = evidence.measured
    return told | {
        "shares": to_hundredths(measured.percents),
        "uncertainty": round(measured.uncertainty, 2),
        "off_palette": round(measured.off_palette, 2),
        "misfit": round(evidence.misfit.of_recipe, 3),
        "found": to_hundredths(evidence.found.measurement.percents),
    }


def _recipe_json(recipe: Recipe | None) -> str | None:
    return None if recipe is None else format_colours(recipe)


def _show(audit: "Audit", terminal: Terminal) -> None:
    """What is not fine, what speaks against pictures, and how many there are of each sort."""
    _ = terminal.gettext
    told = [finding for finding in audit.findings if finding.verdict is not Verdict.FINE]
    terminal.write_table((finding.entry.name, *_summary(finding, terminal)) for finding in told)
    for finding in audit.findings:
        for remark in finding.remarks:
            terminal.write(f"{finding.entry.name}: {terminal.notice_text(remark)}")
    if any(finding.doubts for finding in audit.findings):
        terminal.remark(_("what is doubtful looks alike in a picture: write into the caption which one it is"))
    for group in audit.duplicates:
        names = ", ".join(group)
        terminal.write(_("the same tile more than once, of which one picture is enough: {names}").format(names=names))
    terminal.notices(_of_folder(audit))
    counts = [f"{_names(terminal)[each]} {n}" for each, n in audit.counts.items() if n]
    n_pictures = len(audit.findings)
    terminal.write(_("pictures: {n}").format(n=n_pictures) + (f" ({', '.join(counts)})" if counts else ""))


def _of_folder(audit: "Audit") -> tuple[Notice, ...]:
    """What is told of the folder, and of no picture."""
    return (*audit.folder.problems, *audit.folder.notices)


def _names(terminal: Terminal) -> dict[Verdict, str]:
    """What a person calls the verdicts."""
    _ = terminal.gettext
    return {
        Verdict.FINE: _("fine"),
        Verdict.DOUBTFUL: _("doubtful"),
        Verdict.WRONG: _("wrong"),
        Verdict.NO_CAPTION: _("no caption"),
        Verdict.UNREADABLE: _("unreadable"),
    }


def _summary(finding: "Finding", terminal: Terminal) -> tuple[str, ...]:
    """The cells of a line: verdict, caption, what it should be, and why."""
    language = terminal.language
    told = "" if finding.recipe is None else format_colours(finding.recipe, language)
    proposed = "" if finding.proposal is None else f"-> {format_colours(finding.proposal, language)}"
    reasons = [] if finding.reason is None else [terminal.notice_text(finding.reason)]
    reasons += [_doubt_text(doubt, terminal) for doubt in finding.doubts]
    return _names(terminal)[finding.verdict], told, proposed, "; ".join(reasons)


def _doubt_text(doubt: "Doubt", terminal: Terminal) -> str:
    """Of a colour that is proposed, by the names that captions have."""
    colour, instead = (format_colour(each, terminal.language) for each in (doubt.colour, doubt.instead))
    text = terminal.gettext("doubtful: {colour} may be {instead} in another light")
    return text.format(colour=colour, instead=instead)


def _tell_written(written: Sequence[Path], terminal: Terminal) -> None:
    for path in written:
        terminal.write(terminal.gettext("written: {path}").format(path=path))


def _write_sheet(path: Path, audit: "Audit", terminal: Terminal) -> None:
    """All pictures on one, each over its name, its caption and what is thought of it; those in doubt first."""
    from plitka.core.files.picture import write_whole
    from plitka.core.files.sheet import contact_sheet, encode_sheet

    cells = [_cell(finding, terminal) for finding in audit.findings if finding.thumbnail is not None]
    write_whole(path, encode_sheet(contact_sheet(cells)))
    terminal.remark(terminal.gettext("all on one sheet: {path}").format(path=path))


def _cell(finding: "Finding", terminal: Terminal) -> "Cell":
    from plitka.core.files.sheet import Cell

    lines = [finding.entry.name, _names(terminal)[finding.verdict]]
    for recipe, mark in ((finding.recipe, ""), (finding.proposal, "-> ")):
        parts = [] if recipe is None else format_colours(recipe, terminal.language).split(", ")
        lines += [f"{mark}{', '.join(parts[at : at + 2])}" for at in range(0, len(parts), 2)]
    assert finding.thumbnail is not None
    return Cell(pixels=finding.thumbnail, lines=lines, is_warning=finding.verdict is not Verdict.FINE)
