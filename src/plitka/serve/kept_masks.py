"""Masks that are pictures, kept beside a job and not inside its words: whoever lists jobs reads none of them.

In what is kept, a mask stands as a reference: the digest of the mask and how long it is. Its text is kept once,
however often an order and its result name it.
"""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

_NAME = "mask"
"""Of a mask, wherever an order or a result has one."""


def take_masks(kept: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """An order or a result with references for its masks that are pictures, and reference -> mask."""
    masks: dict[str, str] = {}

    def refer(mask: str) -> str:
        if not mask.startswith("data:"):
            return mask
        name = f"sha256:{hashlib.sha256(mask.encode()).hexdigest()};bytes={len(mask)}"
        masks[name] = mask
        return name

    return _changed(dict(kept), refer), masks


def put_masks(kept: Mapping[str, Any], masks: Mapping[str, str]) -> dict[str, Any]:
    """The order or the result as it was, by reference -> mask."""
    put: dict[str, Any] = _changed(dict(kept), lambda mask: masks.get(mask, mask))
    return put


def _changed(part: Any, change: Callable[[str], str]) -> Any:  # noqa: ANN401  (whatever JSON has)
    """A part of JSON, each mask within it changed."""
    if isinstance(part, dict):
        return {
            name: change(value) if name == _NAME and isinstance(value, str) else _changed(value, change)
            for name, value in part.items()
        }
    return [_changed(one, change) for one in part] if isinstance(part, list | tuple) else part
