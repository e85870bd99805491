"""An answer says whether whoever gave it had the authorisation that its item asks for."""

import sqlalchemy as sa
from alembic import op

revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What was answered before is judged as it was then: by who began the list.
    op.add_column('checklist_answer', sa.Column('authorised', sa.Boolean(), nullable=True))


def downgrade() -> None:
    op.drop_column('checklist_answer', 'authorised')
