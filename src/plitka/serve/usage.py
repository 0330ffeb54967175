"""What each key has ordered on each day, counted from the jobs themselves; of a deleted job its row still counts."""

from dataclasses import dataclass

import sqlalchemy as sa

from plitka.serve import tables
from plitka.serve.store import State, Store

_DAY_S = 86400
_JOBS = tables.jobs.c


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOfKey:
    """One key's day, in UTC."""

    key_id: str
    day: int
    """Since 1970-01-01."""
    n_orders: int
    n_succeeded: int
    n_failed: int
    n_cancelled: int
    seconds: float
    """That its jobs were made for, from start to end."""


def by_day(store: Store, *, since: float, key_id: str | None = None) -> list[DayOfKey]:
    """The days from that of a moment on, the newest first, of one key or of all."""
    day = sa.cast(sa.func.floor(_JOBS.created_at / _DAY_S), sa.Integer).label("day")
    took = sa.func.coalesce(sa.func.sum(_JOBS.finished_at - _JOBS.started_at), 0.0).label("seconds")
    ends = {
        f"n_{state.value}": sa.func.sum(sa.case((_JOBS.state == state, 1), else_=0))
        for state in (State.SUCCEEDED, State.FAILED, State.CANCELLED)
    }
    told = [number.label(name) for name, number in ends.items()]
    query = sa.select(_JOBS.key_id, day, sa.func.count().label("n_orders"), *told, took)
    query = query.where(_JOBS.created_at >= since // _DAY_S * _DAY_S).group_by(_JOBS.key_id, day)
    if key_id is not None:
        query = query.where(_JOBS.key_id == key_id)
    rows = store.read(query.order_by(sa.desc("day"), _JOBS.key_id))
    return [DayOfKey(**row._mapping) for row in rows]  # noqa: SLF001  (SQLAlchemy's public name for it)
