"""Who wrote a message of a chat and when, as it stands before the message where it was copied."""

import re

_WHEN = r"[^\]\n]{0,20}\d{1,2}:\d{2}[^\]\n]{0,20}"
_WHO = r"(?:[^\W\d_][^\n:\[\]\d]{0,40}?)"
HEAD = re.compile(
    rf"(?:(?<=\n)|\A)[ \t]*(?:\[{_WHEN}\][ \t]*(?P<first>{_WHO}):(?=[ \t])"
    r"|\d{1,2}[./]\d{1,2}[./]\d{2,4},?[ ]\d{1,2}:\d{2}(?::\d{2})?(?:[ ]?[ap]m)?[ ]-[ ]"
    rf"(?P<second>{_WHO}):(?=[ \t])"
    rf"|(?P<third>{_WHO}),[ ]\[{_WHEN}\]:?(?=\s))"
)
"""`[12.05, 14:32] Anna: ...`, `12/05/2024, 14:32 - Anna: ...` and `Anna, [12.05.2024 14:32]`."""


def name_in(head: "re.Match[str]") -> tuple[int, int]:
    """Where the name of the writer stands."""
    return head.span(next(group for group in ("first", "second", "third") if head[group] is not None))
