"""A design as an address, and back."""

from tests.web.conftest import Window

DESIGNS = [
    "mix=RED:60,BLACK:40",
    "mix=RED:12.5!,%23A63D30:87.5&zone=border:8%25|WHITE:100&zone=text:A%26B%2F%D0%AB%20%2B|RAL%203020:50,BLUE:50&wet=1",
    "mix=RED:100&granules=0.7-2.5&surface=cut&light=warm&coarse=RED&word=matte%20finish&seed=4294967295",
]
BROKEN = ["", "mix=", "mix=RED", "mix=:5", "mix=RED:x", "other=1", "%E0%A4%A", "mix=" + "A" * 100 + ":5"]


def test_what_is_written_is_read(window: Window) -> None:
    """To the letter, and twice the same."""
    window.open()
    body = """return given.map((hash) => {
        const written = m.write(m.read(hash));
        return [written, m.write(m.read(written))];
    });"""
    for hash_, (written, again) in zip(DESIGNS, window.module("address.js", body, DESIGNS), strict=True):
        assert written == again == hash_.replace("%2F", "/")


def test_what_cannot_be_read_is_the_usual(window: Window) -> None:
    """An address of a mix without percents that sum to 100 is brought there; one without a mix is none."""
    window.open()
    assert window.module("address.js", "return given.map((hash) => m.read(hash));", BROKEN) == [None] * len(BROKEN)
    odd = "#mix=RED:50,RED:70,BLACK:70&light=moon&surface=x&granules=a&seed=99999999999&coarse=WHITE&zone=border:8%25|"
    design = window.module("address.js", "return m.write(m.read(given));", odd)
    assert design == "mix=RED:50,BLACK:50"
