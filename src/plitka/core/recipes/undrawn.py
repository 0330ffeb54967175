"""How stripes lie and halves part that no zone draws: on a diagonal, in waves.

```
undrawn = ("diagonal" | "slanting" | "wavy" | ...), "stripes" | "stripes", ..., "diagonal" | "diagonal" ;
```

How tiles are laid on the floor, `laid on the diagonal`, is nothing of what one shows.
"""

import re

from plitka.core.language import shapes

_DIAGONAL = re.compile(rf"(?<![^\W_])(?:{shapes.DIAGONAL})(?![^\W_])")
_STRIPES = re.compile(rf"(?<![^\W_])(?:{shapes.STRIPES})(?![^\W_])")
_LIE = re.compile(rf"(?<![^\W_])(?<!no )(?<!not )(?<!без )(?<!не )(?:{shapes.TURNED}|{shapes.CURVED})(?![^\W_])")
_UPRIGHT = r"vertical(?:ly)?|upright|вертикал[а-я]*"
_ACROSS = r"horizontal(?:ly)?|across|горизонтал[а-я]*|поперечн[а-я]+"
_JOINT = r"[ ]*(?:and|&|\+|/|,|и)[ ]*(?:по )?"
_BOTH = re.compile(
    rf"(?<![^\W_])(?:(?:{_UPRIGHT})(?:{_JOINT})(?:{_ACROSS})|(?:{_ACROSS})(?:{_JOINT})(?:{_UPRIGHT}))(?![^\W_])"
)
"""Both ways at once, as a grid is."""
_LAID = re.compile(rf"(?<![^\W_]){shapes.LAID}(?:[ ](?:on|along|the|at|плит[а-я]+|по|на|in|a))*[ ]*$")


def find_undrawn_stripes(folded: str) -> tuple[int, int] | None:
    """Where it is said of stripes that they lie on a slant or are not straight.

    Args:
        folded: the text in small letters without «ё».
    """
    found = (_LIE.search(folded) or _BOTH.search(folded)) if _STRIPES.search(folded) else None
    return None if found is None or _LAID.search(folded[: found.start()]) else found.span()


def find_diagonal(folded: str) -> tuple[int, int] | None:
    """Where a diagonal parts the tile, unless tiles are laid so.

    Args:
        folded: as for `find_undrawn_stripes`.
    """
    found = _DIAGONAL.search(folded)
    return None if found is None or _LAID.search(folded[: found.start()]) else found.span()


def is_undrawn(folded: str) -> bool:
    """Whether no zone draws what a text tells of."""
    return find_undrawn_stripes(folded) is not None or find_diagonal(folded) is not None
