"""Workers that take from the queue in the database, and which of them has which job."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """There are none, and no job has a place among theirs yet: the service gives it one when it starts."""
    op.create_table(
        "workers",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("place", sa.String(100), nullable=False),
        sa.Column("pid", sa.Integer, nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("life", sa.String(16), nullable=False),
        sa.Column("model", sa.String(200)),
        sa.Column("defaults", sa.JSON(none_as_null=True)),
        sa.Column("beat", sa.BigInteger, nullable=False),
        sa.Column("progress", sa.JSON, nullable=False),
        sa.Column("previews", sa.JSON, nullable=False),
        sa.Column("figures", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_workers"),
    )
    op.add_column("jobs", sa.Column("turn", sa.BigInteger))
    op.add_column("jobs", sa.Column("owner", sa.String(32)))
    op.add_column("jobs", sa.Column("stop", sa.String(16)))
    op.add_column("jobs", sa.Column("is_watched", sa.Boolean))
    is_owned = sa.text("owner IS NOT NULL")
    op.create_index("ix_jobs_owned", "jobs", ["owner"], sqlite_where=is_owned, postgresql_where=is_owned)


def downgrade() -> None:
    """Forget them; an older plitka takes up what they had at its start."""
    op.drop_index("ix_jobs_owned", "jobs")
    for name in ("is_watched", "stop", "owner", "turn"):
        op.drop_column("jobs", name)
    op.drop_table("workers")
