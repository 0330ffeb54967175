"""When its owner deleted a job."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """None is."""
    op.add_column("jobs", sa.Column("deleted_at", sa.Double))


def downgrade() -> None:
    """Take away what has nothing to show: an older plitka would take it for a picture that is lost."""
    jobs = sa.table("jobs", sa.column("deleted_at"))
    op.get_bind().execute(sa.delete(jobs).where(jobs.c.deleted_at.is_not(None)))
    op.drop_column("jobs", "deleted_at")
