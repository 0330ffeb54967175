"""What each key has used up of its day."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """None yet: every day begins anew with this revision."""
    op.create_table(
        "day_uses",
        sa.Column("key_id", sa.String(32), nullable=False),
        sa.Column("n", sa.Integer, nullable=False),
        sa.Column("left_s", sa.Double, nullable=False),
        sa.Column("written_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("key_id", name="pk_day_uses"),
        sa.ForeignKeyConstraint(["key_id"], ["keys.id"], name="fk_day_uses_key_id"),
    )


def downgrade() -> None:
    """Forget it."""
    op.drop_table("day_uses")
