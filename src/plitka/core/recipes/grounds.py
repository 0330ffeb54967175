"""The ground that a text says a part lies on: «на зелёной плитке жёлтый круг», `a circle on 70% beige, 30% brown`.

```
ground = "on", mix, noun, ["with", percent, colour] ;      `on a black tile with 10% white`
       | "on", mix ;                                       up to the end of a clause
       | ("in the middle of" | "around a" | "through a" | "of a"), mix, noun ;
       | mix, "плитки" | "плитки", mix ;                 «по центру синей плитки», «по краю плитки RAL 5015»
```
"""

import re
from collections.abc import Iterator
from itertools import islice

from plitka.core.language import zone_words

_ON = re.compile(
    r"(?<![^\W_])(?:(?:on|upon|onto|over|against)(?=[ ])|на(?=[ ])|(?:(?<=middle )|(?<=centre )|(?<=center ))of(?=[ ])"
    r"|(?:(?<=в центре )|(?<=по центру )|(?<=середине )))[ ]*(?:(?:a|an|the|plain|solid)[ ])*(?=[^\W_])"
)
_AROUND = re.compile(
    r"(?<![^\W_])(?:around|round|through|across|of)[ ](?:a|an|the)[ ](?:(?:plain|solid)[ ])*(?=[^\W_])"
    r"(?!(?:outer )?(?:perimeter|edges?|outside|sides?|cent(?:re|er)|middle)(?![^\W_]))"
)
"""Before a ground with its noun."""
_NOUN = re.compile(rf"[ ](?:{zone_words.GROUND})(?![^\W_])")
_WITH = re.compile(
    r"[ ](?:with|w/|с|со)[ ](?:a )?\d+(?:[.,]\d+)?[ ]?%[ ][^\W\d_]+"
    r"(?:[ ](?:flecks?|specks?|крап\w*|вкраплени\w+|крошк\w+))?(?![^\W_])"
)
"""What the ground has in it, right behind its noun."""
_OF_TILE = re.compile(r"(?<![^\W_])(?:плитки|плиты|поля|мата|коврика|покрытия|полотна|основы)(?![^\W_])")
"""Of what a part is the middle or the edge."""
_BEFORE_TILE = re.compile(r"(?<![^\W_])(?P<two>[^\W\d_]+[ ])?(?P<one>[^\W\d_]+(?:-[^\W\d_]+)?)[ ]$")
_STOP = re.compile(r"[;\n]|[,.](?!\d)|[ ](?:with|w/|с|со|and|и)(?=[ ])|$")
_WORDS = re.compile(r"(?=(?P<one>[^\W\d_]+(?:-[^\W\d_]+)?))(?=(?P<two>(?P=one)[ ][^\W\d_]+)?)")
_MAX_STOPS = 4

Place = tuple[int, int]


def told_grounds(small: str) -> Iterator[tuple[Place, Place]]:
    """Places that may tell of the ground, the likeliest first: with all words about it, and its mix alone.

    Args:
        small: the text in small letters.
    """
    for around in _AROUND.finditer(small):
        noun = _NOUN.search(small, around.end())
        stop = _STOP.search(small, around.end())
        if noun is not None and stop is not None and noun.start() <= stop.start():
            yield (around.start(), noun.end()), (around.end(), noun.start())
    for on in _ON.finditer(small):
        start, at = on.span()
        noun = _NOUN.search(small, at)
        if noun is not None and not {*small[at : noun.start()]} & {*";\n"}:
            if (beside := _WITH.match(small, noun.end())) is not None:
                yield (start, beside.end()), (at, beside.end())
            yield (start, noun.end()), (at, noun.start())
        if on[0].strip():
            ends = [found.start() for found in islice(_STOP.finditer(small, at + 1), _MAX_STOPS)]
            words = _WORDS.match(small, at)
            ends = [*(words.end(name) for name in ("one", "two") if words and words[name]), *ends]
            yield from (((start, end), (at, end)) for end in reversed([*dict.fromkeys(ends)]))
    yield from _of_tile(small)


def _of_tile(small: str) -> Iterator[tuple[Place, Place]]:
    """The «синей плитки» of «линия по центру синей плитки», and the «плитки RAL 5015» of others."""
    for noun in islice(_OF_TILE.finditer(small), _MAX_STOPS):
        before, stop = _BEFORE_TILE.search(small, 0, noun.start()), _STOP.search(small, noun.end())
        for start in (before.start(), before.start("one")) if before is not None else ():
            yield (start, noun.end()), (start, noun.start())
        if stop is not None and small[noun.end() : stop.start()].strip():
            yield (noun.start(), stop.start()), (noun.end(), stop.start())
