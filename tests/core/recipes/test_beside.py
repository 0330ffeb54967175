"""What stands beside a mix."""

from plitka.core.recipes.beside import Asides, Beside


def test_nothing_was_found_at_first() -> None:
    """Each has lists of its own."""
    first, second = Asides(), Asides()
    first.sizes.append("20 mm")
    assert not second.sizes
    assert not second.is_by_mass


def test_what_is_done_has_a_name_each() -> None:
    """As a request has them."""
    assert [Beside("scene"), Beside("prompt"), Beside("nothing")] == list(Beside)
