"""A customer sees the photos that hang on what it sees of its own checklists."""

from alembic import op

revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index('ix_checklist_answer_photos', 'checklist_answer', ['photos'], unique=False, postgresql_using='gin')
    # Which answers those are, their own policy says.
    op.execute(
        "CREATE POLICY shown ON blob FOR SELECT USING"
        " (EXISTS (SELECT 1 FROM checklist_answer WHERE photos @> ARRAY[blob.sha]))"
    )


def downgrade() -> None:
    op.execute("DROP POLICY shown ON blob")
    op.drop_index('ix_checklist_answer_photos', table_name='checklist_answer', postgresql_using='gin')
