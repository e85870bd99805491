"""A remote action keeps the latency that its link measured on the wire."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("remote_action", sa.Column("latency_ms", sa.Double(), nullable=True))


def downgrade() -> None:
    op.drop_column("remote_action", "latency_ms")
