"""A task may be brought forward by what it measures: RCD tests by instrument are, from now on."""

import sqlalchemy as sa
from alembic import op

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None


def upgrade() -> None:
    trend = sa.Column("trend", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("maintenance_task", trend)
    op.alter_column("maintenance_task", "trend", server_default=None)
    op.execute("UPDATE maintenance_task SET trend = true WHERE kind = 'rcd_test'")


def downgrade() -> None:
    op.drop_column("maintenance_task", "trend")
