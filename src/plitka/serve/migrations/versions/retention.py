"""How long pictures are kept, how large each is, and which stay."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Everything that is there is kept; how large it is the service finds out."""
    op.add_column("keys", sa.Column("keep_days", sa.Double))
    op.add_column("keys", sa.Column("keep_bytes", sa.BigInteger))
    op.add_column("jobs", sa.Column("is_favourite", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("jobs", sa.Column("n_bytes", sa.BigInteger))
    op.create_index("ix_jobs_key_id_n_bytes", "jobs", ["key_id", "n_bytes"])
    is_kept = sa.text("deleted_at IS NULL")
    op.create_index("ix_jobs_kept", "jobs", ["number"], sqlite_where=is_kept, postgresql_where=is_kept)


def downgrade() -> None:
    """Forget it."""
    op.drop_index("ix_jobs_kept", "jobs")
    op.drop_index("ix_jobs_key_id_n_bytes", "jobs")
    for table, name in (("jobs", "n_bytes"), ("jobs", "is_favourite"), ("keys", "keep_bytes"), ("keys", "keep_days")):
        op.drop_column(table, name)
