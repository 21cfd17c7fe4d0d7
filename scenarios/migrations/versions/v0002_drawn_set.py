"""Which drawn values of the evidence a run has, where it shares them with other seeds; nothing for those of its own replication."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Runs that are there already have values of their own."""
    op.add_column("runs", sa.Column("drawn_set", sa.Integer))


def downgrade() -> None:
    """Take the column away again."""
    op.drop_column("runs", "drawn_set")
