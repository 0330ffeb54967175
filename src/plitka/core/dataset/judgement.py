"""Whether a caption is true of its picture, by what was measured with its colours and without them; if not, which is.

Decisions:
* A caption is accused only of what no other batch of its granules and no light explains. What speaks against it and is
  not enough is told as a doubt. docs/training.md tells on which pictures the limits were found.
* A caption is accused only where another recipe fits better. A part of the tile in none of its colours accuses it if
  what is found explains that part; the same part beside the proposal would make it no truer.
* What is proposed stays as near to the caption as the picture allows: its own percents among its own colours exchanged,
  else its own percents of the colours found, else round percents, else whole ones.
* Of two colours that cannot be told apart, the one that the caption names is meant.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from plitka.core.colour.palette import Colour
from plitka.core.dataset.verdict import Verdict
from plitka.core.measure.identification import Identification, Misfit
from plitka.core.measure.shares import Measurement
from plitka.core.recipes.recipe import MAX_COLOURS, Notice, Part, Recipe, ToldColours, quantise

WRONG_MISFIT, DOUBTFUL_MISFIT = 0.25, 0.12
"""Nats a square by which the caption explains the picture worse than what is found."""
BATCH_MISFIT = 0.45
"""The same where what is found may as well be the caption's colours: their batches differ more than any light. A
photograph of 5 % black in white has 0.39, for its white is not that of the catalogue."""
WRONG_OFF, DOUBTFUL_OFF = 6.0, 4.0
"""Percent of the tile in none of the caption's colours: 2.8 and less of the 44 photographs."""
_MOST_LEFT = 0.5
"""Of that percent: what is found explains it if less than this is in none of the colours found either."""
WRONG_ERROR, DOUBTFUL_ERROR = 8.0, 5.0
"""Points by which a share is off: 4.3 and less of the same, and mostly less than a point on renders."""
_WRONG_UNCERTAINTIES = 1.2
"""The error is to be larger than so many uncertainties of the measure as well."""
_MOST_UNCERTAIN, _UNLIKELY, _LEAST_UNLIKELY = 8.0, 0.03, 0.003
"""A measure that is less certain (points), or that takes a part for no colour, accuses only together with a misfit
(nats a square): else light and colours of that tile change alike."""
_FIT_ERROR = 4.0
"""Points by which a proposal's shares may be off; the measure's uncertainty if that is more, to `_MOST_UNCERTAIN`."""
_STEPS = (Decimal(5), Decimal(1))
_LEAST_PERCENT = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a picture says of a recipe."""

    recipe: Recipe
    measured: Measurement
    """Of the recipe's colours."""
    misfit: Misfit
    """As `identify_beside` gives it."""
    found: Identification

    @property
    def error(self) -> float:
        """The largest distance between the shares told and measured, in points.

        Two colours that cannot be told apart count as one.
        """
        asked, measured = ({**percents} for percents in (self.recipe.percents, self.measured.percents))
        for code, instead in self._merged().items():
            asked[instead] += asked.pop(code)
            measured[instead] += measured.pop(code)
        return _error(asked, measured)

    def _merged(self) -> dict[str, str]:
        """Colours of the recipe that were not found, each with the one found that it may as well be."""
        found = {colour.code for colour in self.found.colours}
        named = {colour.code for colour in self.recipe.colours}
        pairs = ((doubt.instead.code, doubt.colour.code) for doubt in self.found.doubts)
        return {code: instead for code, instead in pairs if code in named - found and instead in named}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A verdict, and what it rests on."""

    verdict: Verdict
    reason: Notice | None = None
    proposal: Recipe | None = None
    """Of a wrong caption: the recipe that the picture shows."""


def judge(evidence: Evidence) -> Judgement:
    """The verdict on a caption that tells a recipe."""
    for verdict, reasons in ((Verdict.WRONG, _accusations), (Verdict.DOUBTFUL, _doubts)):
        reason = next(reasons(evidence), None)
        if reason is None:
            continue
        proposal = _propose(evidence) if verdict is Verdict.WRONG else None
        if proposal is None or proposal.percents == evidence.recipe.percents:
            return Judgement(verdict=Verdict.DOUBTFUL, reason=reason)
        return Judgement(verdict=verdict, reason=reason, proposal=proposal)
    return Judgement(verdict=Verdict.FINE)


def round_recipe(colours: Sequence[Colour], percents: Mapping[str, float], uncertainty: float) -> Recipe:
    """Measured shares as somebody would have weighed them: in steps of 5 % where those fit, else of 1 %.

    Args:
        colours: those found; of more than a recipe can have, those with most are taken.
        percents: by code.
        uncertainty: points.
    """
    kept = sorted(colours, key=lambda colour: -percents[colour.code])[:MAX_COLOURS]
    exact = [Fraction(percents[colour.code]) for colour in kept]
    for step in _STEPS:
        rounded = quantise([100 * percent / sum(exact) for percent in exact], step)
        parts = tuple(Part(colour, percent) for colour, percent in zip(kept, rounded, strict=True) if percent)
        recipe = Recipe(parts)
        if len(parts) == len(kept) and _fits(recipe.percents, percents, uncertainty):
            break
    return recipe


def _accusations(evidence: Evidence) -> Iterator[Notice]:
    """What is enough to call a caption wrong, the weightiest first."""
    measured = evidence.measured
    is_unlikely = evidence.misfit.of_recipe > _UNLIKELY
    if evidence.misfit.of_recipe > _misfit_limit(evidence):
        yield _of_shares(evidence) if _is_of_its_colours(evidence) else _of_colours(evidence)
    if measured.off_palette > WRONG_OFF and is_unlikely and _is_rest_explained(evidence):
        yield _of_rest(evidence)
    is_sure = evidence.misfit.of_shares > (_LEAST_UNLIKELY if measured.uncertainty <= _MOST_UNCERTAIN else _UNLIKELY)
    if is_sure and evidence.error > max(WRONG_ERROR, _WRONG_UNCERTAINTIES * measured.uncertainty):
        yield _of_shares(evidence)


def _doubts(evidence: Evidence) -> Iterator[Notice]:
    """What is not enough."""
    measured = evidence.measured
    if evidence.misfit.of_recipe > DOUBTFUL_MISFIT and not _has_its_colours(evidence):
        yield _of_colours(evidence)
    if measured.off_palette > DOUBTFUL_OFF:
        yield _of_rest(evidence)
    if evidence.error > max(DOUBTFUL_ERROR, measured.uncertainty):
        yield _of_shares(evidence)


def _misfit_limit(evidence: Evidence) -> float:
    colours, _ = _as_named(evidence)
    named = {colour.code for colour in evidence.recipe.colours}
    return BATCH_MISFIT if {colour.code for colour in colours} <= named else WRONG_MISFIT


def _has_its_colours(evidence: Evidence) -> bool:
    """Whether those found are the caption's."""
    return {colour.code for colour in evidence.found.colours} == {colour.code for colour in evidence.recipe.colours}


def _is_of_its_colours(evidence: Evidence) -> bool:
    """Whether those found are the caption's, or the caption's in other shares explain the picture no worse."""
    misfit = evidence.misfit
    is_as_good = misfit.of_recipe <= misfit.of_shares and evidence.measured.off_palette <= WRONG_OFF
    return _has_its_colours(evidence) or is_as_good


def _of_colours(evidence: Evidence) -> Notice:
    return Notice("other colours explain it better: {found}", {"found": ToldColours(_shown(evidence.found))})


def _is_rest_explained(evidence: Evidence) -> bool:
    """Whether the part that is in none of the caption's colours is in those found."""
    return evidence.found.measurement.off_palette < _MOST_LEFT * evidence.measured.off_palette


def _of_rest(evidence: Evidence) -> Notice:
    percent = round(evidence.measured.off_palette)
    if not _is_rest_explained(evidence):
        return Notice(
            "a part of it ({percent} %) is in none of these colours, nor in any other of the palette",
            {"percent": percent},
        )
    values = {"percent": percent, "found": ToldColours(_shown(evidence.found))}
    return Notice("a part of it ({percent} %) is in none of these colours; it shows {found}", values)


def _of_shares(evidence: Evidence) -> Notice:
    percents = evidence.measured.percents
    # Of two colours one has what the other lacks, but for a rounding that is not to choose between them.
    off = {code: round(abs(asked - percents[code]), 6) for code, asked in evidence.recipe.percents.items()}
    worst = max(evidence.recipe.parts, key=lambda part: off[part.colour.code])
    values = {
        "colour": ToldColours(worst.colour),
        "measured": round(percents[worst.colour.code]),
        "asked": round(float(worst.percent)),
    }
    return Notice("it has {measured} % {colour}, not {asked} %", values)


def _shown(found: Identification) -> Recipe:
    return round_recipe(found.colours, found.measurement.percents, found.measurement.uncertainty)


def _propose(evidence: Evidence) -> Recipe:
    """The recipe that the picture shows, as near to the caption as can be."""
    measured, recipe = evidence.measured, evidence.recipe
    is_whole = measured.off_palette <= WRONG_OFF or not _is_rest_explained(evidence)
    if _is_of_its_colours(evidence) or (evidence.misfit.of_recipe <= WRONG_MISFIT and is_whole):
        return _nearest_to(recipe, recipe.colours, measured.percents, measured.uncertainty)
    colours, percents = _as_named(evidence)
    return _nearest_to(recipe, colours, percents, evidence.found.measurement.uncertainty)


def _as_named(evidence: Evidence) -> tuple[list[Colour], dict[str, float]]:
    """The colours found and their percents, each that may as well be one of the caption's as that one."""
    found = evidence.found
    instead = {doubt.colour.code: doubt.instead for doubt in found.doubts}
    named = {colour.code for colour in evidence.recipe.colours}
    taken = {colour.code for colour in found.colours}
    colours, percents = [], {}
    for colour in found.colours:
        other = instead.get(colour.code, colour)
        own = other if colour.code not in named and other.code in named - taken else colour
        taken.add(own.code)
        colours.append(own)
        percents[own.code] = found.measurement.percents[colour.code]
    return colours, percents


def _nearest_to(recipe: Recipe, colours: Sequence[Colour], percents: Mapping[str, float], uncertainty: float) -> Recipe:
    """The recipe's percents among these colours, if they fit in any order, else round ones."""
    if len(colours) == len(recipe.parts):
        told = sorted((part.percent for part in recipe.parts), reverse=True)
        by_share = sorted(colours, key=lambda colour: -percents[colour.code])
        amounts = {colour.code: percent for colour, percent in zip(by_share, told, strict=True)}
        exchanged = Recipe(tuple(Part(colour, amounts[colour.code]) for colour in colours))
        if _fits(exchanged.percents, percents, uncertainty):
            return exchanged
    seen = [colour for colour in colours if percents[colour.code] >= _LEAST_PERCENT]
    return round_recipe(seen, percents, uncertainty)


def _fits(asked: Mapping[str, float], measured: Mapping[str, float], uncertainty: float) -> bool:
    return _error(asked, measured) <= max(_FIT_ERROR, min(uncertainty, _MOST_UNCERTAIN))


def _error(asked: Mapping[str, float], measured: Mapping[str, float]) -> float:
    return max(abs(percent - measured.get(code, 0.0)) for code, percent in asked.items())
