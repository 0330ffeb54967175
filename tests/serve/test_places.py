"""How much of one kind a key or an address may have open at once."""

import contextlib

import pytest

from plitka.errors import TooMany
from plitka.serve.places import Places

TOLD = "{limit} are taken"


def test_a_place_is_free_again_after_its_block() -> None:
    """Each holder has places of its own."""
    places = Places(2)
    with places.hold("a", TOLD), places.hold("a", TOLD):
        with pytest.raises(TooMany, match="2 are taken"), places.hold("a", TOLD):
            pass
        with places.hold("b", TOLD):
            pass
    with contextlib.suppress(KeyError), places.hold("a", TOLD), places.hold("a", TOLD):
        raise KeyError
    with places.hold("a", TOLD), places.hold("a", TOLD):
        pass
