"""Numbers that count several colours: of a fleck of two, and of each of some."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile

from plitka.core.recipes.amounts import Amount, Item, Mark, Mention, Unit

_PAIR = 2
_WHOLE = 100
"""Percent."""


def share_fleck(items: Sequence[Item], *, is_equal: bool = False) -> list[Item]:
    """Items in which a fleck of several colours has its number shared out among them: `20% red and blue speckle`.

    Args:
        is_equal: equal parts are asked for, so that a list behind `20% fleck` is the fleck's.
    """
    shared = list(items)
    for at, item in enumerate(items):
        if item is Mark.FLECK:
            start, group = _fleck_group(items, at, is_equal=is_equal)
            if len(group) > 1 and start is not None:
                amount = items[start]
                assert isinstance(amount, Amount)  # a group begins with its number
                value = amount.value if amount.is_each else amount.value / len(group)
                part = replace(amount, value=value, is_each=False)
                shared[start] = Mark.SEPARATOR
                for place in group:
                    mention = items[place]
                    assert isinstance(mention, Mention)
                    shared[place] = replace(mention, amount=part)
    return [item for item in shared if item is not Mark.FLECK]


def _fleck_group(items: Sequence[Item], fleck: int, *, is_equal: bool) -> tuple[int | None, list[int]]:
    """Places of the number of a fleck and of the colours that it counts, before the word or behind it."""
    group: list[int] = []
    at = fleck - 1
    while at >= 0 and (isinstance(items[at], Mention) or items[at] is Mark.AND):
        if isinstance(items[at], Mention):
            group.insert(0, at)
        at -= 1
    if group and at >= 0 and isinstance(items[at], Amount):
        return at, group
    if (place := _amount_of_fleck(items, fleck)) is None:
        return None, []
    group, at = [], max(fleck, place) + 1
    is_list = any(isinstance(item, Mention) for item in items[:fleck])  # on a ground
    is_list |= Mark.AND in takewhile(lambda item: not isinstance(item, Amount), items[place + 1 :])
    joints = (Mark.AND, Mark.SEPARATOR) if is_equal or (place > fleck and is_list) else (Mark.AND,)
    while at < len(items) and (items[at] in joints or (isinstance(items[at], Mention) and not _is_base(items[at]))):
        if isinstance(items[at], Mention):
            group.append(at)
        at += 1
    if at < len(items) and isinstance(items[at], Amount) and items[at - 1] not in (Mark.AND, Mark.SEPARATOR):
        return None, []  # `flecks 20% red and blue 10%`
    return place, group


def _amount_of_fleck(items: Sequence[Item], fleck: int) -> int | None:
    """The place of a number right before the word, `20% fleck of red and blue`, or behind, `a fleck of 20% red`."""
    before, after = items[max(0, fleck - 1) : fleck], items[fleck + 1 : fleck + 2]
    if before and isinstance(before[0], Amount):
        return fleck - 1
    is_behind = bool(after) and isinstance(after[0], Amount) and after[0].unit is not Unit.RATIO
    return fleck + 1 if is_behind and not (before and isinstance(before[0], Mention)) else None


def share_mix(items: Sequence[Item]) -> list[Item]:
    """Items in which the colours of a mix share its number: `15% mix of red and blue`, «15% (красный, синий)»."""
    items = _share_of_number(items)
    shared = list(items)
    for at, item in enumerate(items):
        group = _mix_group(items, at) if isinstance(item, Amount) else []
        if isinstance(item, Amount) and len(group) > 1:
            part = replace(item, value=item.value if item.is_each else item.value / len(group), is_each=False)
            shared[at] = Mark.SEPARATOR
            for place in group:
                mention = items[place]
                assert isinstance(mention, Mention)
                shared[place] = replace(mention, amount=part)
    return [item for item in shared if item is not Mark.MIX]


def _share_of_number(items: Sequence[Item]) -> list[Item]:
    """Items in which brackets divide the number before them: `20% (half red, half blue)`, `20% (10% red, 10% blue)`."""
    shared = list(items)
    for at, item in enumerate(items):
        is_outside = isinstance(item, Amount) and item.unit is Unit.PERCENT and not item.is_bracketed
        if not is_outside or not isinstance(item, Amount):
            continue
        rest = (other for other in items[at + 1 :] if not isinstance(other, Mark))
        inside = list(takewhile(lambda other: isinstance(other, Amount | Mention) and other.is_bracketed, rest))
        amounts = [other for other in inside if isinstance(other, Amount)]
        total = sum(amount.percent for amount in amounts)
        if not amounts or total not in (item.value, _WHOLE):
            continue
        for amount in amounts if total == _WHOLE else ():
            value = item.value * amount.percent / _WHOLE
            shared[shared.index(amount)] = replace(amount, value=value, unit=Unit.PERCENT)
        shared[at] = Mark.SEPARATOR
    return shared


def _mix_group(items: Sequence[Item], amount: int) -> list[int]:
    """Places of the colours that share a number; none where it is a colour's own."""
    first, number = items[amount + 1 : amount + 2], items[amount]
    is_mix = first == [Mark.MIX]
    is_named = amount > 0 and isinstance(items[amount - 1], Mention | Amount)  # of a chain: `40:40:20 (red, ...)`
    is_list = isinstance(number, Amount) and not number.is_bracketed and not is_named
    group: list[int] = []
    has_and = False
    for at in range(amount + 1 + is_mix, len(items)):
        item = items[at]
        if isinstance(item, Mention) and isinstance(items[at + 1] if at + 1 < len(items) else None, Amount):
            break
        if isinstance(item, Mention) and not _is_base(item) and (is_mix or (is_list and item.is_bracketed)):
            group.append(at)
        elif isinstance(item, Mention | Amount) or (item is Mark.SEPARATOR and has_and):
            break
        has_and = has_and or item is Mark.AND
    return group


def with_each(items: Sequence[Item]) -> list[Item]:
    """Items in which every colour that an `each` counts has its number: `10% each red and white`, `red 20% each`."""
    settled: list[Item] = []
    bare: list[int] = []
    has_base = any(map(_is_base, items))
    each: Amount | None = None
    has_and = False
    for at, item in enumerate(items):
        if isinstance(item, Amount):
            each = None
            if item.is_each and not _is_forward(items, at):
                for place in bare[not has_base and _has_ground(bare, item) :]:
                    mention = settled[place]
                    assert isinstance(mention, Mention)
                    settled[place] = replace(mention, amount=replace(item, is_each=False))
                bare = []
                continue
            if item.is_each:
                each, has_and = item, False
                continue
            bare = []
        elif isinstance(item, Mention) and item.amount is None and not item.is_base:
            if each is not None:
                settled.append(replace(item, amount=replace(each, is_each=False)))
                continue
            bare.append(len(settled))
        elif item is Mark.AND:
            has_and = True
        elif item is Mark.SEPARATOR and has_and:
            each = None
        settled.append(item)
    return settled


def _has_ground(bare: Sequence[int], each: Amount) -> bool:
    """Whether the first of some colours lies under the others: «вся чёрная, красного и синего по 3%»."""
    return each.unit is Unit.PERCENT and len(bare) > _PAIR and each.value * len(bare) <= _WHOLE / 2


def _is_forward(items: Sequence[Item], at: int) -> bool:
    """Whether the colours that an `each` counts follow it."""
    return at + 1 < len(items) and isinstance(items[at + 1], Mention) and not _is_base(items[at + 1])


def _is_base(item: Item) -> bool:
    return isinstance(item, Mention) and item.is_base
