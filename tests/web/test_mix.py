"""The arithmetic of a mix, by what must hold for every one."""

import random
from typing import Any

from tests.web.conftest import Window


def test_a_mix_always_sums_to_100(window: Window) -> None:
    """Whatever is set, added, taken and locked, no share is below 0, and what is locked stays."""
    window.open()
    draw = random.Random(1)  # noqa: S311  (not a secret)
    steps = [
        [draw.choice(["set", "add", "remove", "lock", "equal"]), draw.randrange(8), draw.uniform(-10, 110)]
        for _ in range(3000)
    ]
    found = window.module(
        "mix.js",
        """let parts = m.equalise(["A", "B", "C"].map((code) => ({ code, percent: 0, isLocked: false })));
        const flip = (part, is) => (is ? { ...part, isLocked: !part.isLocked } : part);
        const faults = [];
        for (const [what, n, value] of given) {
            const at = n % parts.length, before = parts;
            if (what === "set") parts = m.setPercent(parts, at, value);
            if (what === "add") parts = m.addColour(parts, "C" + n);
            if (what === "remove") parts = m.removeColour(parts, at);
            if (what === "lock") parts = parts.map((part, i) => flip(part, i === at));
            if (what === "equal" && n === 0) parts = m.equalise(parts);
            const units = parts.map((part) => Math.round(part.percent * 100));
            const isWhole = units.reduce((a, b) => a + b) === 10000 && units.every((unit) => unit >= 0);
            const isKept = (part, i) => i === at || !part.isLocked || parts[i].percent === part.percent;
            if (!isWhole || (what === "set" && !before.every(isKept))) faults.push([what, at, value, before, parts]);
        }
        return faults.slice(0, 3);""",
        steps,
    )
    assert found == []


def test_equal_parts_leave_what_is_locked(window: Window) -> None:
    """The others share the rest, in whole percents where that is whole; where nothing could move all are equal."""
    window.open()

    def equal(percents: list[float], locked: tuple[int, ...] = ()) -> list[Any]:
        parts = [{"code": str(i), "percent": p, "isLocked": i in locked} for i, p in enumerate(percents)]
        found: list[Any] = window.module("mix.js", "return m.equalise(given).map((part) => part.percent);", parts)
        return found

    assert equal([60, 30, 10]) == [33.4, 33.3, 33.3]
    assert equal([70, 20, 10], locked=(2,)) == [45, 45, 10]
    assert equal([70, 20, 9, 1], locked=(3,)) == [33, 33, 33, 1]
    assert equal([60, 30, 10], locked=(0, 1)) == [33.4, 33.3, 33.3]


def test_the_others_keep_their_proportions(window: Window) -> None:
    """Whole percents stay whole; a part that cannot move is what is left beside the locked."""
    window.open()

    def after(percents: list[float], index: int, percent: float, locked: tuple[int, ...] = ()) -> list[Any]:
        parts = [{"code": str(i), "percent": p, "isLocked": i in locked} for i, p in enumerate(percents)]
        body = "return m.setPercent(given[0], given[1], given[2]).map((part) => part.percent);"
        found: list[Any] = window.module("mix.js", body, [parts, index, percent])
        return found

    assert after([60, 30, 10], 0, 20) == [20, 60, 20]
    assert after([60, 30, 10], 0, 61) == [61, 29, 10]
    assert after([60, 30, 10], 0, 90, locked=(1,)) == [70, 30, 0]
    assert after([60, 40], 0, 90, locked=(1,)) == [60, 40]
    assert after([100, 0, 0], 0, 40) == [40, 30, 30]
    assert after([60, 30, 10], 0, 62.5) == [62.5, 28.1, 9.4]
