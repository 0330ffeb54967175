"""The head of a request as RFC 9112 has it, and nothing that a proxy in front may read otherwise.

Where two readers differ about where a request ends, one client's bytes become another's request. h11 takes what is only
unusual: lines that end in a bare line feed, folded fields, a length beside chunks, the same length twice.
"""

import re
from typing import Any

import h11

_BARE = re.compile(rb"(?<!\r)\n|\r(?!\n)(?!$)")
_FOLDED = re.compile(rb"\r\n[ \t]")
_LENGTH = re.compile(rb"\r\ncontent-length[ \t]*:[ \t]*([^\r]*)", re.IGNORECASE)
_ENCODING = re.compile(rb"\r\ntransfer-encoding[ \t]*:", re.IGNORECASE)
_END = b"\r\n\r\n"


def find_fault(head: bytes) -> str | None:
    """What is wrong with a head, or with as much of one as has come; None: nothing."""
    if _BARE.search(head):
        return "a line ends in CR LF"
    if _FOLDED.search(head):
        return "a field is one line"
    lengths, n_encodings = _LENGTH.findall(head), len(_ENCODING.findall(head))
    if len(lengths) > 1 or any(not one.strip().isdigit() for one in lengths):
        return "there is one Content-Length, a number"
    if n_encodings and (lengths or n_encodings > 1):
        return "a body has a Content-Length or one Transfer-Encoding"
    return None


class StrictConnection(h11.Connection):
    """h11's, which reads no head with a fault."""

    def next_event(self) -> Any:  # noqa: ANN401  (as h11 has it)
        """As h11's.

        Raises:
            RemoteProtocolError: the head of the next request, or what has come of it, has a fault.
        """
        if self.their_state is h11.IDLE:
            received, _ = self.trailing_data
            head, end, _ = received.partition(_END)
            # The start of what may become a number is no fault yet. A line that ends otherwise is one at once: to h11
            # two of them end the head.
            is_whole = bool(end) or _BARE.search(head) is not None
            fault = find_fault(head if is_whole else head[: head.rfind(b"\r\n") + 1])
            if fault is not None:
                raise h11.RemoteProtocolError(fault)
        return super().next_event()
