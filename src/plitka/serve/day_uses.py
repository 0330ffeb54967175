"""What each key has used up of its day, kept in the database: a new start gives nobody a new day.

Kept is what is left of the day, and not its end: the clock on the wall is asked only for how long no service ran.
"""

import time

import sqlalchemy as sa

from plitka.serve import tables
from plitka.serve.store import Store

_TABLE = tables.day_uses
_FIND = sa.select(_TABLE).where(_TABLE.c.key_id == sa.bindparam("key"))


def find(store: Store, key_id: str) -> tuple[int, float]:
    """How much a key has used up, and the seconds until that day ends; (0, 0) where it has."""
    rows = store.read(_FIND, key=key_id)
    if not rows:
        return 0, 0.0
    away_s = max(0.0, time.time() - rows[0].written_at)  # a clock that was set back has told nothing
    left_s = rows[0].left_s - away_s
    return (rows[0].n, left_s) if left_s > 0 else (0, 0.0)


def keep(store: Store, key_id: str, n: int, left_s: float) -> None:
    """Keep it instead of what was kept before."""
    row = {"n": n, "left_s": left_s, "written_at": time.time()}
    with store.write() as connection:
        change = sa.update(_TABLE).where(_TABLE.c.key_id == key_id)
        if not connection.execute(change.values(row)).rowcount:
            connection.execute(sa.insert(_TABLE).values(row | {"key_id": key_id}))
