"""What an order costs of an allowance."""

from plitka.core.generation import Defaults
from plitka.serve.costs import cost_of
from plitka.serve.orders import Order

DEFAULTS = Defaults(steps=20, width_px=512, height_px=512)


def cost(**order: object) -> int:
    """Of an order, by an engine of usual pictures."""
    asked = Order.model_validate({"recipe": "60% red, 40% black", "seed": 1, **order})
    return cost_of(DEFAULTS.complete(asked.request(DEFAULTS)), DEFAULTS)


def test_an_order_costs_its_work() -> None:
    """Pixels x steps x attempts, in usual pictures, rounded up; a small picture costs one."""
    asked_and_cost: list[tuple[dict[str, object], int]] = [
        ({}, 1),
        ({"width_px": 64, "height_px": 64, "steps": 1, "mode": "text"}, 1),
        ({"width_px": 1024, "height_px": 1024}, 4),
        ({"width_px": 1024, "height_px": 1024, "steps": 150}, 30),
        ({"steps": 21}, 2),
        ({"tolerance": 3}, 1),
        ({"tolerance": 0.75}, 2),
        ({"tolerance": 0}, 4),
        ({"tolerance": 0.75, "steps": 40}, 4),
    ]
    assert [cost(**asked) for asked, _ in asked_and_cost] == [known for _, known in asked_and_cost]
