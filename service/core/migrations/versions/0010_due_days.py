"""Work orders keep their latest day: the list of all that are open sorts by it."""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

IS_OPEN = "state IN ('draft', 'unscheduled', 'scheduled', 'in_progress', 'on_hold')"


def upgrade() -> None:
    # The clock fills it within a minute.
    op.add_column('work_order', sa.Column('due_on', sa.Date(), nullable=True))
    op.drop_index('ix_work_order_open', table_name='work_order')
    op.create_index('ix_work_order_open', 'work_order', ['due_on', 'id'], postgresql_where=sa.text(IS_OPEN))


def downgrade() -> None:
    op.drop_index('ix_work_order_open', table_name='work_order')
    op.create_index('ix_work_order_open', 'work_order', ['id'], postgresql_where=sa.text(IS_OPEN))
    op.drop_column('work_order', 'due_on')
