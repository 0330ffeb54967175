"""The job that an order and its terms make."""

import time

import pytest

from plitka.serve.keys import LOCAL
from plitka.serve.orders import CheckedOrder, Order
from plitka.serve.terms import Terms, new_job


def test_a_job_has_what_was_ordered_and_on_which_terms() -> None:
    """A deadline becomes a moment, and a webhook is due from the start."""
    order = Order(recipe="60% red, 40% black", seed=7)
    terms = Terms(request_id="r", priority=2, deadline_s=60.0, webhook={"url": "http://hooks.example/"})
    job = new_job(LOCAL, CheckedOrder(asked=order, order=order, request=None), terms)
    assert (job.key_id, job.priority, job.webhook_due) == (LOCAL.key_id, 2, True)
    assert job.request == {"recipe": "60% red, 40% black", "seed": 7, "mode": "guided"}
    assert job.deadline_at == pytest.approx(time.time() + 60, abs=30)
