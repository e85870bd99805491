"""A station's entry of a recall knows when it was settled: a device that comes later is another."""

import sqlalchemy as sa
from alembic import op

revision = '0026'
down_revision = '0025'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('recall_station', sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True))
    # What was swapped before today was nobody's question.
    op.execute("UPDATE recall_station SET settled_at = now() WHERE state <> 'open'")
    op.create_check_constraint(op.f('ck_recall_station_settled'), 'recall_station', "(state = 'open') = (settled_at IS NULL)")


def downgrade() -> None:
    op.drop_constraint(op.f('ck_recall_station_settled'), 'recall_station', type_='check')
    op.drop_column('recall_station', 'settled_at')
