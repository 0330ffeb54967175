"""The masks of a job, beside its order and its result."""

import sqlalchemy as sa
from alembic import op

from plitka.serve.kept_masks import put_masks, take_masks

revision = "0003"
down_revision = "0002"

_JOBS = sa.table("jobs", *(sa.column(name, sa.JSON) for name in ("request", "result", "masks")), sa.column("number"))
_FIND = sa.select(_JOBS).where(_JOBS.c.number == sa.bindparam("job"))
_CHANGE = sa.update(_JOBS).where(_JOBS.c.number == sa.bindparam("job"))


def upgrade() -> None:
    """Move the masks, one job at a time: all of them need not fit into the memory."""
    op.add_column("jobs", sa.Column("masks", sa.JSON))
    for number in _numbers(sa.cast(_JOBS.c.request, sa.Text).contains('"data:')):
        row = op.get_bind().execute(_FIND, {"job": number}).one()
        request, masks = take_masks(row.request)
        result = None if row.result is None else take_masks(row.result)[0]
        _change(number, request=request, result=result, masks=masks)


def downgrade() -> None:
    """Put them back."""
    for number in _numbers(_JOBS.c.masks.is_not(None)):
        row = op.get_bind().execute(_FIND, {"job": number}).one()
        masks = row.masks or {}
        result = None if row.result is None else put_masks(row.result, masks)
        _change(number, request=put_masks(row.request, masks), result=result)
    op.drop_column("jobs", "masks")


def _numbers(where: sa.ColumnElement[bool]) -> list[int]:
    return list(op.get_bind().execute(sa.select(_JOBS.c.number).where(where)).scalars())


def _change(number: int, **values: object) -> None:
    op.get_bind().execute(_CHANGE.values(values), {"job": number})
