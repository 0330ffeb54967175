"""Keys that are changed and exchanged, and what operators have done."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_NEW = (
    ("concurrency", sa.Integer),
    ("addresses", sa.JSON),
    ("webhook_hosts", sa.JSON),
    ("last_used_at", sa.Double),
    ("old_salt", sa.LargeBinary),
    ("old_hash", sa.LargeBinary),
    ("old_until", sa.Double),
)


def upgrade() -> None:
    """Keys that are there are limited as before."""
    for name, kind in _NEW:
        op.add_column("keys", sa.Column(name, kind()))
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "audit",
        sa.Column("number", number, autoincrement=True, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("actor", sa.String(32), nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("details", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_audit"),
    )


def downgrade() -> None:
    """Forget it."""
    op.drop_table("audit")
    for name, _ in reversed(_NEW):
        op.drop_column("keys", name)
