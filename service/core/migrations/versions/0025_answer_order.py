"""An answer knows which tablet gave it, and as which of its operations: clocks jump back."""

import sqlalchemy as sa
from alembic import op

revision = '0025'
down_revision = '0024'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('checklist_answer', sa.Column('tablet_id', sa.BigInteger(), nullable=True))
    op.add_column('checklist_answer', sa.Column('seq', sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f('fk_checklist_answer_tablet_id_tablet'), 'checklist_answer', 'tablet', ['tablet_id'], ['id'])
    # Each answer has its operation's id.
    op.execute(
        "UPDATE checklist_answer AS a SET tablet_id = o.tablet_id, seq = o.seq FROM operation AS o"
        " WHERE o.uuid = a.op AND o.seq IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_constraint(op.f('fk_checklist_answer_tablet_id_tablet'), 'checklist_answer', type_='foreignkey')
    op.drop_column('checklist_answer', 'seq')
    op.drop_column('checklist_answer', 'tablet_id')
