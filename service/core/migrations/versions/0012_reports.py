"""Imported service histories before their confirmation, and the secret addresses of calendars."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('calendar_link',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('hash', sa.Text(), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_calendar_link_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_calendar_link')),
    sa.UniqueConstraint('hash', name=op.f('uq_calendar_link_hash'))
    )
    op.create_index('ix_calendar_link_in_force', 'calendar_link', ['person_id'], unique=True, postgresql_where='revoked_at IS NULL')
    op.create_table('calendar_event',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('uid', sa.Text(), nullable=False),
    sa.Column('fingerprint', sa.Text(), nullable=False),
    sa.Column('sequence', sa.BigInteger(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_calendar_event')),
    sa.UniqueConstraint('uid', name=op.f('uq_calendar_event_uid'))
    )
    op.create_table('service_history_draft',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('uploaded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('file_name', sa.Text(), nullable=False),
    sa.Column('encoding', sa.Text(), nullable=False),
    sa.Column('separator', sa.Text(), nullable=False),
    sa.Column('ignored', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('rows', sa.BigInteger(), nullable=False),
    sa.Column('content', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('done', sa.BigInteger(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cancelled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_service_history_draft_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_service_history_draft'))
    )
    op.create_index(op.f('ix_service_history_draft_person_id'), 'service_history_draft', ['person_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_service_history_draft_person_id'), table_name='service_history_draft')
    op.drop_table('service_history_draft')
    op.drop_index('ix_calendar_link_in_force', table_name='calendar_link', postgresql_where='revoked_at IS NULL')
    op.drop_table('calendar_event')
    op.drop_table('calendar_link')
