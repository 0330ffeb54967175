"""A colour and another that says it better: `brown, closer to chocolate 65%`, «серый, почти антрацит»."""

import re
from collections.abc import Sequence

from plitka.core.language.vocabulary import Kind
from plitka.core.recipes.recipe import Notice
from plitka.core.recipes.source import Source
from plitka.core.recipes.token import Token

_NEARER = re.compile(
    r"(?<![^\W_])(?:(?:close|closer|near|nearer|closest|nearest) to|(?:ближе(?: всего)?|близк\w+) ко?)[ ]$"
)
_ALMOST = re.compile(r"[\s,;(–—-]*(?:or |или |даже )?(?:almost|nearly|practically|почти|практически)[ ]")
"""All that stands between the two."""
_AMOUNTS = frozenset({Kind.NUMBER, Kind.FRACTION, Kind.PERCENT, Kind.PARTS, Kind.MASS})
_MAX_GAP = 60
"""Characters between the two names."""


def with_nearer_names(source: Source, tokens: Sequence[Token]) -> tuple[list[Token], list[Notice]]:
    """The tokens without colours that another says better, and what is told of each."""
    kept, remarks = list(tokens), list[Notice]()
    for at in reversed([at for at, token in enumerate(tokens) if token.kind is Kind.COLOUR]):
        better = next((i for i in range(at + 1, len(kept)) if kept[i].kind is Kind.COLOUR), None)
        if better is None or not _is_bare(kept, at, better):
            continue
        gap = source.text[kept[at].span[1] : kept[better].span[0]].casefold()
        is_fleck = any(token.kind is Kind.FLECK for token in kept[better + 1 : better + 2])
        found = _NEARER.search(gap) or (None if is_fleck else _ALMOST.fullmatch(gap))
        if len(gap) <= _MAX_GAP and found is not None:
            name = source.text[kept[at].span[0] : kept[at].span[1] + found.start()].rstrip(" ,;(-")
            code = source.text[slice(*kept[better].span)]
            remarks.append(Notice("{name!r} is taken as the description of {code!r}", {"name": name, "code": code}))
            kept[at:better] = []
    return kept, remarks


def _is_bare(tokens: Sequence[Token], at: int, better: int) -> bool:
    """Whether a colour has no number before the other."""
    between = {token.kind for token in tokens[at + 1 : better]}
    before = tokens[at - 1].kind if at else None
    return before not in _AMOUNTS and between.isdisjoint(_AMOUNTS)
