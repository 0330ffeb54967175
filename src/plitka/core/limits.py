"""How far a request may go from what a model was made for.

Standard library only.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from plitka.core.recipes.recipe import Notice
from plitka.errors import FieldName, InputError

if TYPE_CHECKING:
    from plitka.core.generation import CompleteRequest, GuidedDefaults, Request

_FAR = 2.0
"""Times the usual value, or its part, beyond which a picture is likely to be spoilt."""

CHOICES = ("steps", "guidance", "strength")
"""What a model is made for, by the names in a request."""


def check_limits(request: CompleteRequest, usual: GuidedDefaults) -> None:
    """Refuse what a model does not stand in guided mode.

    Raises:
        InputError: a value outside of its range.
    """
    for name in CHOICES:
        value, allowed = getattr(request, name), getattr(usual, f"{name}_range")
        if allowed is not None and not allowed[0] <= value <= allowed[1]:
            raise InputError(
                "{name} is {value:g}, and this model gives no true picture outside of {low:g} to {high:g}; choose a "
                "value between them, or add {force} to try it all the same",
                name=FieldName(name),
                value=value,
                low=allowed[0],
                high=allowed[1],
                force=FieldName("force"),
            )


def remark_unusual(request: Request, usual: CompleteRequest) -> Iterator[Notice]:
    """A remark for each choice that is far from the usual one, and for one that has no effect.

    Args:
        request: its choices of steps, guidance, strength and negative prompt are looked at, where there are any.
        usual: the same request with all of these left to the model.
    """
    guidance = usual.guidance if request.guidance is None else request.guidance
    if request.negative_prompt and request.negative_prompt != usual.negative_prompt and guidance <= 1:
        yield Notice("the negative prompt changes nothing at {name} 1; choose more", {"name": FieldName("guidance")})
    for name in CHOICES:
        value, made_for = getattr(request, name), getattr(usual, name)
        is_more_work = name == "steps" and value is not None and value > made_for
        if value is None or is_more_work or made_for / _FAR <= value <= made_for * _FAR:
            continue
        yield Notice(
            "{name} {value:g} is far from {usual:g}, which this model was made for: the picture may be spoilt",
            {"name": FieldName(name), "value": value, "usual": made_for},
        )
