"""Every picture of a folder looked at, and its caption held against it.

Nothing that is wrong with one picture keeps another from being looked at.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from plitka.core.colour.palette import Colour, Palette
from plitka.core.dataset.caption import read_caption
from plitka.core.dataset.folder import Entry, Folder
from plitka.core.dataset.judgement import Evidence, Judgement, judge, round_recipe
from plitka.core.dataset.near_duplicates import Signature, find_duplicates, signature
from plitka.core.dataset.picture_checks import check_file, check_tile
from plitka.core.dataset.processes import work_off
from plitka.core.dataset.tile_crop import crop_tile
from plitka.core.dataset.verdict import Verdict
from plitka.core.files.photograph import read_photograph
from plitka.core.files.sheet import thumbnail
from plitka.core.measure.granulate import check_granulate
from plitka.core.measure.identification import Doubt, identify, identify_beside, measure_named
from plitka.core.measure.straightening import straighten
from plitka.core.recipes.recipe import Notice, Recipe
from plitka.errors import InputError

if TYPE_CHECKING:
    from plitka.core.generation import RgbImage


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What is known of one picture."""

    entry: Entry
    verdict: Verdict
    reason: Notice | None = None
    recipe: Recipe | None = None
    """That of the caption."""
    evidence: Evidence | None = None
    proposal: Recipe | None = None
    """What the picture shows, where its caption is wrong or there is none."""
    doubts: tuple[Doubt, ...] = ()
    """Colours of the proposal that may as well be others."""
    remarks: tuple[Notice, ...] = ()
    """What speaks against the picture itself, and of its file."""
    signature: Signature | None = None
    thumbnail: "RgbImage | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What is known of a folder."""

    folder: Folder
    findings: tuple[Finding, ...]
    """In the order of the pictures' names."""
    duplicates: tuple[tuple[str, ...], ...]
    """Names of the pictures that show the same granules."""

    @property
    def counts(self) -> dict[Verdict, int]:
        """How many pictures have each verdict."""
        found = Counter(finding.verdict for finding in self.findings)
        return {verdict: found[verdict] for verdict in Verdict}

    def of(self, *verdicts: Verdict) -> list[Finding]:
        """The pictures with one of these verdicts."""
        return [finding for finding in self.findings if finding.verdict in verdicts]


def audit_folder(
    folder: Folder, palette: Palette, *, jobs: int = 1, on_pictures: Callable[[int], None] = lambda _n: None
) -> Audit:
    """Look at every picture of a folder.

    Args:
        folder: as `plitka.core.dataset.folder.read_folder` gives it.
        palette: by which captions are read; its `own` colours are looked for in the pictures.
        jobs: processes at work; 1 works in this one.
        on_pictures: called with the number of pictures that have been looked at since.
    """
    findings = []
    for finding in work_off(partial(look_at, palette=palette), folder.entries, jobs):
        findings.append(finding)
        on_pictures(1)
    findings.sort(key=lambda finding: finding.entry.name)
    return Audit(folder=folder, findings=tuple(findings), duplicates=_duplicates(findings))


def read_uncaptioned(folder: Folder, palette: Palette) -> Folder:
    """A folder's pictures without a caption alone."""
    return replace(folder, entries=tuple(entry for entry in folder.entries if is_uncaptioned(entry, palette)))


def is_uncaptioned(entry: Entry, palette: Palette) -> bool:
    """Whether a picture has no caption; the name of a folder is one only where it tells a recipe."""
    if entry.caption is None:
        return True
    if entry.origin is not None:
        return False
    try:
        read_caption(entry.caption, palette)
    except InputError:
        return True
    return False


def look_at(entry: Entry, palette: Palette) -> Finding:
    """What is known of one picture, whatever is wrong with it."""
    remarks = (*entry.remarks, *check_file(entry.path))
    try:
        pixels = read_photograph(entry.path).pixels
    except InputError as error:
        return Finding(entry=entry, verdict=Verdict.UNREADABLE, reason=_said(error), remarks=remarks)
    remarks = (*remarks, *check_tile(crop_tile(pixels)))
    seen = Finding(
        entry=entry,
        verdict=Verdict.NO_CAPTION,
        remarks=remarks,
        signature=signature(pixels),
        thumbnail=thumbnail(pixels),
    )
    try:
        check_granulate(pixels, entry.name)
        if is_uncaptioned(entry, palette):
            return _captioned(seen, straighten(pixels), palette.own)
        recipe = read_caption(entry.caption or "", palette)
        return _judged(replace(seen, recipe=recipe), recipe, straighten(pixels), palette.own)
    except InputError as error:
        return replace(seen, verdict=Verdict.UNREADABLE, reason=_said(error))


def _said(error: InputError) -> Notice:
    return Notice(error.message, error.values)


def _judged(seen: Finding, recipe: Recipe, tile: npt.NDArray[np.uint8], candidates: Sequence[Colour]) -> Finding:
    found, misfit = identify_beside(tile, candidates, recipe)
    measured = measure_named(tile, recipe.colours)
    evidence = Evidence(recipe=recipe, measured=measured, misfit=misfit, found=found)
    judgement: Judgement = judge(evidence)
    return replace(
        seen,
        verdict=judgement.verdict,
        reason=judgement.reason,
        evidence=evidence,
        proposal=judgement.proposal,
        doubts=_doubts_of(judgement.proposal, found.doubts),
    )


def _captioned(seen: Finding, tile: npt.NDArray[np.uint8], candidates: Sequence[Colour]) -> Finding:
    found = identify(tile, candidates)
    proposal = round_recipe(found.colours, found.measurement.percents, found.measurement.uncertainty)
    return replace(seen, proposal=proposal, doubts=_doubts_of(proposal, found.doubts))


def _doubts_of(proposal: Recipe | None, doubts: Iterable[Doubt]) -> tuple[Doubt, ...]:
    colours = () if proposal is None else proposal.colours
    return tuple(doubt for doubt in doubts if doubt.colour in colours)


def _duplicates(findings: Sequence[Finding]) -> tuple[tuple[str, ...], ...]:
    known = [(finding.entry.name, finding.signature) for finding in findings if finding.signature is not None]
    groups = find_duplicates([each for _, each in known])
    return tuple(tuple(known[place][0] for place in group) for group in groups)
