"""Verdicts on captions."""

from dataclasses import replace

import pytest

from plitka.core.colour.palette import default_palette
from plitka.core.dataset.judgement import Evidence, judge, round_recipe
from plitka.core.dataset.verdict import Verdict
from plitka.core.measure.identification import Doubt, Identification, Misfit
from plitka.core.measure.shares import Measurement
from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.recipe import format_colours

PALETTE = default_palette()


def measured(shares: dict[str, float], uncertainty: float = 3.0, off_palette: float = 0.3) -> Measurement:
    """Percents by code."""
    return Measurement(percents=shares, uncertainty=uncertainty, off_palette=off_palette)


def found(
    shares: dict[str, float], doubts: tuple[tuple[str, str], ...] = (), off_palette: float = 0.3
) -> Identification:
    """Those colours, some of which may be others."""
    colours = dict(zip((name for pair in doubts for name in pair), PALETTE.named(sum(doubts, ())), strict=True))
    return Identification(
        PALETTE.named(shares),
        measured(shares, off_palette=off_palette),
        tuple(Doubt(colours[one], colours[other]) for one, other in doubts),
    )


def evidence(caption: str, shares: dict[str, float], *, misfit: float = 0.02) -> Evidence:
    """A caption whose colours are found with these shares."""
    recipe = parse_recipe(caption).recipe
    return Evidence(recipe=recipe, measured=measured(shares), misfit=Misfit(misfit, misfit), found=found(shares))


class TestJudge:
    """`judge`."""

    def test_a_caption_that_is_true_is_fine(self) -> None:
        """Within what the measure can tell."""
        judgement = judge(evidence("60% red, 40% black", {"RED": 58.0, "BLACK": 42.0}))
        assert (judgement.verdict, judgement.reason, judgement.proposal) == (Verdict.FINE, None, None)

    def test_exchanged_shares_are_put_right(self) -> None:
        """The caption's own percents stay, also odd ones."""
        judgement = judge(evidence("33% red, 67% black", {"RED": 64.0, "BLACK": 36.0}))
        assert judgement.verdict is Verdict.WRONG
        assert str(judgement.reason) == "it has 64 % red, not 33 %"
        assert judgement.proposal is not None
        assert format_colours(judgement.proposal) == "67% red, 33% black"

    def test_a_rounding_does_not_choose_the_colour_that_is_told(self) -> None:
        """Of two colours one has what the other lacks: the caption's first is told."""
        blue = 70.95867714321778
        judgement = judge(evidence("30% blue, 70% yellow", {"BLUE": blue, "YELLOW": 29.04132285678221}))
        assert abs(70 - 29.04132285678221) > abs(30 - blue)  # by the last digit
        assert str(judgement.reason) == "it has 71 % blue, not 30 %"

    def test_altered_shares_are_measured(self) -> None:
        """In steps of five where those fit."""
        judgement = judge(evidence("35% red, 65% black", {"RED": 79.0, "BLACK": 21.0}))
        assert judgement.proposal is not None
        assert format_colours(judgement.proposal) == "80% red, 20% black"

    def test_a_share_that_is_a_little_off_is_a_doubt(self) -> None:
        """It accuses nobody, and proposes nothing."""
        judgement = judge(evidence("60% red, 40% black", {"RED": 53.0, "BLACK": 47.0}))
        assert (judgement.verdict, judgement.proposal) == (Verdict.DOUBTFUL, None)

    def test_a_colour_in_place_of_another_is_found(self) -> None:
        """The caption's percents go to the colours that are there."""
        wrong = replace(
            evidence("33% red, 67% black", {"RED": 40.0, "BLACK": 60.0}),
            misfit=Misfit(1.2, 0.1),
            found=found({"BLACK": 65.0, "BLUE": 35.0}),
        )
        judgement = judge(wrong)
        assert judgement.verdict is Verdict.WRONG
        assert "65% black, 35% blue" in str(judgement.reason)
        assert judgement.proposal is not None
        assert format_colours(judgement.proposal) == "67% black, 33% blue"

    def test_one_colour_more_is_proposed(self) -> None:
        """With what is in none of the caption's."""
        wrong = replace(
            evidence("60% red, 40% black", {"RED": 57.0, "BLACK": 43.0}, misfit=0.1),
            measured=measured({"RED": 57.0, "BLACK": 43.0}, 12.0, off_palette=9.0),
            found=found({"RED": 50.0, "BLACK": 40.0, "YELLOW": 10.0}),
        )
        judgement = judge(wrong)
        assert "9 %" in str(judgement.reason)
        assert judgement.proposal is not None
        assert format_colours(judgement.proposal) == "50% red, 40% black, 10% yellow"

    @pytest.mark.parametrize("left", [9.0, 6.5])
    def test_a_part_that_nothing_explains_accuses_nobody(self, left: float) -> None:
        """The caption's lesser colour is not the one to suffer for it, and the proposal would have the same part."""
        shares = {"RED": 100.0, "BLUE": 0.0}
        told = replace(
            evidence("95% red, 5% blue", shares, misfit=0.04),
            measured=measured(shares, 5.0, off_palette=9.0),
            found=found({"RED": 100.0}, off_palette=left),
        )
        judgement = judge(told)
        assert (judgement.verdict, judgement.proposal) == (Verdict.DOUBTFUL, None)
        assert "nor in any other" in str(judgement.reason)

    def test_a_caption_is_judged_no_harder_than_what_would_replace_it(self) -> None:
        """Both leave the same part, and both are doubtful in the same words."""
        alone = replace(
            evidence("100% red", {"RED": 100.0}, misfit=0.0),
            measured=measured({"RED": 100.0}, 0.0, off_palette=9.0),
            found=found({"RED": 100.0}, off_palette=9.0),
        )
        shares = {"RED": 100.0, "BLUE": 0.0}
        beside = replace(alone, recipe=parse_recipe("95% red, 5% blue").recipe, measured=measured(shares, 5.0, 9.0))
        assert judge(alone) == judge(beside)

    def test_shares_are_put_right_among_the_captions_colours_where_others_explain_no_more(self) -> None:
        """A colour that was not found is not dropped for a part that nothing explains."""
        told = replace(
            evidence("60% red, 40% blue", {"RED": 85.0, "BLUE": 15.0}, misfit=0.1),
            measured=measured({"RED": 85.0, "BLUE": 15.0}, off_palette=9.0),
            found=found({"RED": 100.0}, off_palette=20.0),
        )
        judgement = judge(told)
        assert judgement.verdict is Verdict.WRONG
        assert str(judgement.reason) == "it has 85 % red, not 60 %"
        assert judgement.proposal is not None
        assert format_colours(judgement.proposal) == "85% red, 15% blue"

    def test_nothing_is_proposed_in_place_of_itself(self) -> None:
        """Pearl that may as well be the caption's white leads to the caption again."""
        told = replace(
            evidence("95% white, 5% black", {"WHITE": 95.0, "BLACK": 5.0}, misfit=0.6),
            found=found({"PEARL": 95.0, "BLACK": 5.0}, (("PEARL", "WHITE"),)),
        )
        judgement = judge(told)
        assert (judgement.verdict, judgement.proposal) == (Verdict.DOUBTFUL, None)

    def test_its_own_colours_are_kept_where_they_explain_it_as_well(self) -> None:
        """A tenth of dark blue beside blue is found by somebody who has named it."""
        told = replace(
            evidence("40% blue, 50% dark blue, 10% pink", {"BLUE": 39.0, "DKBLUE": 12.0, "PINK": 49.0}, misfit=0.7),
            found=found({"BLUE": 51.0, "PINK": 49.0}),
        )
        judgement = judge(told)
        assert str(judgement.reason) == "it has 49 % pink, not 10 %"
        assert judgement.proposal is not None
        assert format_colours(judgement.proposal) == "40% blue, 10% dark blue, 50% pink"

    def test_another_batch_of_a_colour_is_no_other_colour(self) -> None:
        """White that is read as pearl, and may be white, is the caption's white."""
        shares = {"WHITE": 95.0, "BLACK": 5.0}
        told = replace(
            evidence("95% white, 5% black", shares),
            misfit=Misfit(0.39, 0.01),  # its shares are right; what speaks against it is the colour
            found=found({"PEARL": 95.0, "BLACK": 5.0}, (("PEARL", "WHITE"),)),
        )
        assert judge(told).verdict is Verdict.DOUBTFUL
        sure = replace(told, found=found({"PEARL": 95.0, "BLACK": 5.0}))
        assert judge(sure).verdict is Verdict.WRONG
        exchanged = replace(told, recipe=parse_recipe("5% white, 95% black").recipe, misfit=Misfit(2.0, 2.0))
        proposal = judge(exchanged).proposal
        assert proposal is not None
        assert format_colours(proposal) == "95% white, 5% black"

    @pytest.mark.parametrize(("misfit", "verdict"), [(0.01, Verdict.DOUBTFUL), (0.2, Verdict.WRONG)])
    def test_an_uncertain_measure_alone_does_not_accuse(self, misfit: float, verdict: Verdict) -> None:
        """Where light and colours may both have changed, the picture itself has to speak against the caption."""
        shares = {"GRAY": 45.0, "BLACK": 55.0}
        told = replace(evidence("70% gray, 30% black", shares, misfit=misfit), measured=measured(shares, 15.0))
        assert judge(told).verdict is verdict

    def test_shares_that_explain_it_as_well_are_not_accused(self) -> None:
        """However the measure reads them."""
        told = evidence("45% gray, 55% dark gray", {"GRAY": 65.0, "DKGRAY": 35.0}, misfit=0.0)
        assert judge(told).verdict is Verdict.DOUBTFUL

    def test_colours_that_may_be_each_other_count_as_one(self) -> None:
        """Beige that may as well be khaki, beside a caption that has both."""
        told = replace(
            evidence("15% khaki, 45% beige, 40% black", {"KHAKI": 32.0, "BEIGE": 28.0, "BLACK": 40.0}),
            found=found({"BEIGE": 58.0, "BLACK": 42.0}, (("BEIGE", "KHAKI"),)),
        )
        assert told.error == pytest.approx(0)
        assert judge(told).verdict is Verdict.FINE


class TestRoundRecipe:
    """`round_recipe`."""

    @pytest.mark.parametrize(
        ("shares", "recipe"),
        [
            ({"RED": 61.5, "BLACK": 38.5}, "60% red, 40% black"),
            ({"RED": 97.8, "BLUE": 2.2}, "98% red, 2% blue"),
            ({"BLUE": 33.4, "DKGREEN": 33.3, "RED": 33.3}, "35% blue, 35% dark green, 30% red"),
        ],
    )
    def test_steps_are_as_large_as_fits(self, shares: dict[str, float], recipe: str) -> None:
        """No colour is lost."""
        assert format_colours(round_recipe(PALETTE.named(shares), shares, 2.0)) == recipe

    def test_of_too_many_those_with_most_are_taken(self) -> None:
        """A recipe has at most eight colours."""
        colours = PALETTE.catalogue[:10]
        shares = {colour.code: 10.0 + place - 4.5 for place, colour in enumerate(colours)}
        recipe = round_recipe(colours, shares, 2.0)
        assert {colour.code for colour in recipe.colours} == {colour.code for colour in colours[2:]}
