"""What an order costs of an allowance, in usual pictures: by the work that it may make, pixels x steps x attempts."""

import math

from plitka.core.correction import CorrectionConfig
from plitka.core.generation import Accuracy, CompleteRequest, Defaults, Mode

_ROUNDING = 1e-9
"""Of a quotient: a usual picture costs one, and not two."""


def cost_of(request: CompleteRequest, defaults: Defaults) -> int:
    """At least 1; the engine's defaults say what a usual picture is."""
    own_steps = defaults.guided.steps if request.mode is Mode.GUIDED else None
    pixels = request.size.width_px * request.size.height_px / (defaults.width_px * defaults.height_px)
    work = pixels * request.steps / (own_steps or defaults.steps) * _attempts(request)
    return max(1, math.ceil(work - _ROUNDING))


def _attempts(request: CompleteRequest) -> float:
    """By which a tolerance below the usual aim may multiply the work; text mode has one attempt."""
    aim, most = Accuracy().aim, float(CorrectionConfig().max_attempts)
    if request.mode is not Mode.GUIDED or request.tolerance >= aim:
        return 1.0
    return min(most, aim / request.tolerance) if request.tolerance else most
