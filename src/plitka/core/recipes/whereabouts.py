"""Where a tile lies and when it is needed, told in everyday words alone: «терраса», `for the stable`, `by Friday`.

It changes nothing, and is left out.
"""

import re

from plitka.core.language.places import AROUND, DATES, PLACES, SITES, TOWN

_PLACES = "|".join(sorted((word.replace("ё", "е") for word in f"{PLACES}, {SITES}".split(", ")), key=len, reverse=True))
_WHERE = re.compile(rf"(?:(?:{AROUND})[ ]+)*(?:{_PLACES})(?:[ ]+(?:{AROUND}|{_PLACES}))*|{DATES}")
_TOWN = re.compile(rf"{TOWN}[ .!]*\Z")


def is_whereabouts(words: str) -> bool:
    """Whether words say nothing but where a tile lies, or when it is needed.

    Args:
        words: as they were typed; a town behind a place begins with a capital.
    """
    return _WHERE.fullmatch(_TOWN.sub("", words).strip(" .!").casefold().replace("ё", "е")) is not None
