"""What comes with an order beside the picture itself, and the job that both make."""

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from plitka.serve.keys import Caller
from plitka.serve.orders import CheckedOrder
from plitka.serve.store import Job


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What comes with an order beside the picture itself."""

    request_id: str
    priority: int = 0
    deadline_s: float | None = None
    idempotency_key: str | None = None
    webhook: Mapping[str, Any] | None = None
    model: str | None = None
    """As `plitka.serve.served_model` settles it; None: whichever is served."""
    traceparent: str | None = None
    """The trace that the job belongs to, as W3C writes it."""
    is_awaited: bool = False
    """Whether the caller waits for the end, and wants nothing once it is gone."""


def new_job(caller: Caller, checked: CheckedOrder, terms: Terms) -> Job:
    """A job that the store does not have yet."""
    now = time.time()
    return Job(
        id=uuid.uuid4().hex,
        key_id=caller.key_id,
        request=checked.order.kept(),
        request_id=terms.request_id,
        created_at=now,
        priority=terms.priority,
        deadline_at=None if terms.deadline_s is None else now + terms.deadline_s,
        idempotency_key=terms.idempotency_key,
        webhook=terms.webhook,
        webhook_due=terms.webhook is not None,
        model=terms.model,
    )
