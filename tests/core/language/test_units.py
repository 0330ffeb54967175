"""Units of mass and length."""

from fractions import Fraction

from plitka.core.language.units import LENGTHS, MASSES
from plitka.core.language.vocabulary import CONTAINER, Kind, vocabulary


def test_a_unit_is_known_by_its_words() -> None:
    """With its grams; a bag is a container, and no word is of a mass and a length."""
    words = vocabulary()
    assert words["lbs"].value == Fraction(45359237, 100_000)
    assert (words["мешка"].kind, words["мешка"].text) == (Kind.MASS, CONTAINER)
    masses, lengths = (
        {word for written in units.values() for word in written.split(", ")} for units in (MASSES, LENGTHS)
    )
    assert masses.isdisjoint(lengths)
