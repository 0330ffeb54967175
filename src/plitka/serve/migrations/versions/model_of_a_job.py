"""The model that a job was ordered of."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Jobs that are there were ordered of whichever is served."""
    op.add_column("jobs", sa.Column("model", sa.String(200)))


def downgrade() -> None:
    """Forget it."""
    op.drop_column("jobs", "model")
