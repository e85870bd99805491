"""Service reports, what is asked for of them, files of mails, and links that sign customers in."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None

# A person of a customer sees the rows for which this holds, and no other.
RULES = {
    "service_report": "site_id IN (SELECT id FROM site)",
    # What waits to be printed is the house's own.
    "report_request": "false",
}
PURPOSES = ("first", "invitation")


def upgrade() -> None:
    _customer()
    _purposes((*PURPOSES, "sign_in"))
    op.create_table('mail_attachment',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('mail_id', sa.BigInteger(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('media_type', sa.Text(), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=True),
    sa.ForeignKeyConstraint(['mail_id'], ['mail.id'], name=op.f('fk_mail_attachment_mail_id_mail')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mail_attachment'))
    )
    op.create_index(op.f('ix_mail_attachment_mail_id'), 'mail_attachment', ['mail_id'], unique=False)
    op.create_table('service_report',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('revision', sa.BigInteger(), nullable=False),
    sa.Column('replaces_id', sa.BigInteger(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('visit_id', sa.BigInteger(), nullable=False),
    sa.Column('site_id', sa.BigInteger(), nullable=False),
    sa.Column('station_ids', postgresql.ARRAY(sa.BigInteger()), nullable=False),
    sa.Column('on', sa.Date(), nullable=False),
    sa.Column('language', sa.Text(), nullable=False),
    sa.Column('verdict', sa.Text(), nullable=False),
    sa.Column('photos', sa.BigInteger(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('facts', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('fingerprint', sa.Text(), nullable=False),
    sa.Column('pdf', sa.LargeBinary(), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('mailed_to', sa.Text(), nullable=True),
    sa.CheckConstraint('(replaces_id IS NULL) = (reason IS NULL)', name=op.f('ck_service_report_reason')),
    sa.CheckConstraint('(revision = 1) = (replaces_id IS NULL)', name=op.f('ck_service_report_replaces')),
    sa.ForeignKeyConstraint(['replaces_id'], ['service_report.id'], name=op.f('fk_service_report_replaces_id_service_report')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_service_report_site_id_site')),
    sa.ForeignKeyConstraint(['visit_id'], ['service_visit.id'], name=op.f('fk_service_report_visit_id_service_visit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_service_report')),
    sa.UniqueConstraint('code', name=op.f('uq_service_report_code')),
    sa.UniqueConstraint('number', 'revision', name=op.f('uq_service_report_number_revision')),
    sa.UniqueConstraint('replaces_id', name=op.f('uq_service_report_replaces_id'))
    )
    op.create_index(op.f('ix_service_report_sha256'), 'service_report', ['sha256'], unique=False)
    op.create_index(op.f('ix_service_report_site_id'), 'service_report', ['site_id'], unique=False)
    op.create_index('ix_service_report_stations', 'service_report', ['station_ids'], unique=False, postgresql_using='gin')
    op.create_index(op.f('ix_service_report_visit_id'), 'service_report', ['visit_id'], unique=False)
    op.create_table('report_request',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('visit_id', sa.BigInteger(), nullable=False),
    sa.Column('replaces_id', sa.BigInteger(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('asked_by_id', sa.BigInteger(), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('attempts', sa.BigInteger(), nullable=False),
    sa.Column('taken_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('error', sa.Text(), nullable=True),
    sa.Column('given_up_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('report_id', sa.BigInteger(), nullable=True),
    sa.CheckConstraint('(replaces_id IS NULL) = (reason IS NULL)', name=op.f('ck_report_request_reason')),
    sa.ForeignKeyConstraint(['asked_by_id'], ['person.id'], name=op.f('fk_report_request_asked_by_id_person')),
    sa.ForeignKeyConstraint(['replaces_id'], ['service_report.id'], name=op.f('fk_report_request_replaces_id_service_report')),
    sa.ForeignKeyConstraint(['report_id'], ['service_report.id'], name=op.f('fk_report_request_report_id_service_report')),
    sa.ForeignKeyConstraint(['visit_id'], ['service_visit.id'], name=op.f('fk_report_request_visit_id_service_visit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_report_request')),
    sa.UniqueConstraint('replaces_id', name=op.f('uq_report_request_replaces_id'))
    )
    op.create_index(op.f('ix_report_request_visit_id'), 'report_request', ['visit_id'], unique=False)
    op.create_index('ix_report_request_waiting', 'report_request', ['due_at'], unique=False, postgresql_where=sa.text('report_id IS NULL AND given_up_at IS NULL'))
    op.create_index('one_first_report_per_visit', 'report_request', ['visit_id'], unique=True, postgresql_where=sa.text('replaces_id IS NULL'))
    for table, rule in RULES.items():
        mine = f"(SELECT app_customer()) IS NULL OR {rule}"
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY whose ON {table} USING ({mine})")


def _customer() -> None:
    """Documents for those that are there already go on in Swedish."""
    language = sa.Column('language', sa.Text(), nullable=False, server_default='sv')
    op.add_column('customer', language)
    op.add_column('customer', sa.Column('report_email', sa.Text(), nullable=True))
    op.create_check_constraint(op.f('ck_customer_language'), 'customer', "language IN ('sv', 'en')")


def _purposes(words: tuple[str, ...]) -> None:
    named = ", ".join(f"'{one}'" for one in words)
    op.execute("ALTER TABLE one_time_link DROP CONSTRAINT ck_one_time_link_purpose")
    op.execute(
        "ALTER TABLE one_time_link ADD CONSTRAINT ck_one_time_link_purpose"
        f" CHECK (purpose IN ({named}))"
    )


def downgrade() -> None:
    op.drop_table('report_request')
    op.drop_table('service_report')
    op.drop_table('mail_attachment')
    op.execute("DELETE FROM one_time_link WHERE purpose = 'sign_in'")
    _purposes(PURPOSES)
    op.drop_column('customer', 'report_email')
    op.drop_column('customer', 'language')
