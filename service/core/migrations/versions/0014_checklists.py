"""Checklists in versions, their limits, and what was asked and answered at stations."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from service.checklists import catalogue

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None

# A customer sees what was submitted at the own stations.
RULES = {
    "checklist_run": "submitted_at IS NOT NULL AND station_id IN (SELECT id FROM station)",
    "checklist_answer": "run_id IN (SELECT id FROM checklist_run)",
    "finding": "run_id IN (SELECT id FROM checklist_run)",
}
KEPT = ("checklist_version", "checklist_run")
# What was answered by a published version stays true, whoever asks the database for what.
KEEP_VERSION = """
CREATE FUNCTION keep_checklist_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'draft' AND (
        NEW.state = 'draft'
        OR (OLD.state = 'retired' AND NEW.state <> 'retired')
        OR (NEW.template_id, NEW.number, NEW.document, NEW.notes, NEW.published_at,
            NEW.published_by_id, NEW.created_at)
        IS DISTINCT FROM (OLD.template_id, OLD.number, OLD.document, OLD.notes, OLD.published_at,
            OLD.published_by_id, OLD.created_at)
    ) THEN
        RAISE EXCEPTION 'a published checklist never changes' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$
"""
KEEP_RUN = """
CREATE FUNCTION keep_checklist_run() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.submitted_at IS NOT NULL AND (
        NEW.state = 'open'
        OR (NEW.uuid, NEW.station_id, NEW.version_id, NEW.facts, NEW.places, NEW.started_at,
            NEW.submitted_at, NEW.person_id, NEW.amends_id, NEW.amends_why)
        IS DISTINCT FROM (OLD.uuid, OLD.station_id, OLD.version_id, OLD.facts, OLD.places,
            OLD.started_at, OLD.submitted_at, OLD.person_id, OLD.amends_id, OLD.amends_why)
    ) THEN
        RAISE EXCEPTION 'a submitted run never changes' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$
"""


def upgrade() -> None:
    op.create_table('checklist_limit',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('unit', sa.Text(), nullable=False),
    sa.Column('min', sa.Numeric(asdecimal=False), nullable=True),
    sa.Column('max', sa.Numeric(asdecimal=False), nullable=True),
    sa.Column('warn_min', sa.Numeric(asdecimal=False), nullable=True),
    sa.Column('warn_max', sa.Numeric(asdecimal=False), nullable=True),
    sa.Column('plausible_min', sa.Numeric(asdecimal=False), nullable=True),
    sa.Column('plausible_max', sa.Numeric(asdecimal=False), nullable=True),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('evidence', sa.Enum('manual', 'kb', 'operator', 'authority', 'default', name='evidencekind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('min <= max', name=op.f('ck_checklist_limit_range')),
    sa.CheckConstraint('plausible_min <= plausible_max', name=op.f('ck_checklist_limit_plausible')),
    sa.CheckConstraint('warn_min <= warn_max', name=op.f('ck_checklist_limit_warning')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_checklist_limit')),
    sa.UniqueConstraint('key', name=op.f('uq_checklist_limit_key'))
    )
    op.create_table('checklist_template',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('title_sv', sa.Text(), nullable=False),
    sa.Column('title_en', sa.Text(), nullable=False),
    sa.Column('current', sa.Enum('ac', 'dc', name='current', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('is_default', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('NOT is_default OR current IS NOT NULL', name=op.f('ck_checklist_template_default')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_checklist_template')),
    sa.UniqueConstraint('key', name=op.f('uq_checklist_template_key'))
    )
    op.create_index('ix_checklist_template_default', 'checklist_template', ['current'], unique=True, postgresql_where='is_default AND retired_at IS NULL')
    op.create_table('checklist_version',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('template_id', sa.BigInteger(), nullable=False),
    sa.Column('number', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.Enum('draft', 'published', 'retired', name='versionstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('document', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('notes', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('published_by_id', sa.BigInteger(), nullable=True),
    sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state <> 'published' OR published_at IS NOT NULL", name=op.f('ck_checklist_version_published')),
    sa.ForeignKeyConstraint(['published_by_id'], ['person.id'], name=op.f('fk_checklist_version_published_by_id_person')),
    sa.ForeignKeyConstraint(['template_id'], ['checklist_template.id'], name=op.f('fk_checklist_version_template_id_checklist_template')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_checklist_version')),
    sa.UniqueConstraint('template_id', 'number', name=op.f('uq_checklist_version_template_id_number'))
    )
    op.create_index('ix_checklist_version_draft', 'checklist_version', ['template_id'], unique=True, postgresql_where="state = 'draft'")
    op.create_index('ix_checklist_version_published', 'checklist_version', ['template_id'], unique=True, postgresql_where="state = 'published'")
    op.create_table('instrument',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.Enum('multifunction', 'rcd_tester', 'insulation_tester', 'evse_tester', 'multimeter', 'current_clamp', 'torque_wrench', 'thermal_camera', 'other', name='instrumentkind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('make', sa.Text(), nullable=False),
    sa.Column('model', sa.Text(), nullable=False),
    sa.Column('serial', sa.Text(), nullable=False),
    sa.Column('calibrated_until', sa.Date(), nullable=True),
    sa.Column('person_id', sa.BigInteger(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_instrument_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_instrument')),
    sa.UniqueConstraint('make', 'model', 'serial', name=op.f('uq_instrument_make_model_serial'))
    )
    op.create_index(op.f('ix_instrument_person_id'), 'instrument', ['person_id'], unique=False)
    op.create_table('checklist_run',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('uuid', sa.Uuid(), nullable=False),
    sa.Column('station_id', sa.BigInteger(), nullable=False),
    sa.Column('version_id', sa.BigInteger(), nullable=False),
    sa.Column('facts', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('places', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('state', sa.Enum('open', 'submitted', 'reviewed', name='runstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reviewed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('person_id', sa.BigInteger(), nullable=True),
    sa.Column('amends_id', sa.BigInteger(), nullable=True),
    sa.Column('amends_why', sa.Text(), nullable=True),
    sa.CheckConstraint("(state = 'open') = (submitted_at IS NULL)", name=op.f('ck_checklist_run_submitted')),
    sa.CheckConstraint('(amends_id IS NULL) = (amends_why IS NULL)', name=op.f('ck_checklist_run_amends')),
    sa.ForeignKeyConstraint(['amends_id'], ['checklist_run.id'], name=op.f('fk_checklist_run_amends_id_checklist_run')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_checklist_run_person_id_person')),
    sa.ForeignKeyConstraint(['station_id'], ['station.id'], name=op.f('fk_checklist_run_station_id_station')),
    sa.ForeignKeyConstraint(['version_id'], ['checklist_version.id'], name=op.f('fk_checklist_run_version_id_checklist_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_checklist_run')),
    sa.UniqueConstraint('amends_id', name=op.f('uq_checklist_run_amends_id')),
    sa.UniqueConstraint('uuid', name=op.f('uq_checklist_run_uuid'))
    )
    op.create_index('ix_checklist_run_station', 'checklist_run', ['station_id', 'submitted_at'], unique=False)
    op.create_index(op.f('ix_checklist_run_version_id'), 'checklist_run', ['version_id'], unique=False)
    op.create_table('checklist_answer',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('run_id', sa.BigInteger(), nullable=False),
    sa.Column('op', sa.Uuid(), nullable=False),
    sa.Column('item', sa.Text(), nullable=False),
    sa.Column('place', sa.Text(), nullable=False),
    sa.Column('value', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    sa.Column('number', sa.Numeric(asdecimal=False), nullable=True),
    sa.Column('over', sa.Boolean(), nullable=False),
    sa.Column('confirmed', sa.Boolean(), nullable=False),
    sa.Column('verdict', sa.Enum('ok', 'remark', 'warn', 'fail', 'na', name='verdict', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('photos', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('instrument_id', sa.BigInteger(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=True),
    sa.Column('station_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['instrument_id'], ['instrument.id'], name=op.f('fk_checklist_answer_instrument_id_instrument')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_checklist_answer_person_id_person')),
    sa.ForeignKeyConstraint(['run_id'], ['checklist_run.id'], name=op.f('fk_checklist_answer_run_id_checklist_run')),
    sa.ForeignKeyConstraint(['station_id'], ['station.id'], name=op.f('fk_checklist_answer_station_id_station')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_checklist_answer')),
    sa.UniqueConstraint('op', name=op.f('uq_checklist_answer_op'))
    )
    op.create_index('ix_checklist_answer_run', 'checklist_answer', ['run_id', 'at', 'id'], unique=False)
    op.create_index('ix_checklist_answer_series', 'checklist_answer', ['station_id', 'item', 'place', 'at'], unique=False)
    op.create_table('finding',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('run_id', sa.BigInteger(), nullable=False),
    sa.Column('station_id', sa.BigInteger(), nullable=False),
    sa.Column('item', sa.Text(), nullable=False),
    sa.Column('place', sa.Text(), nullable=False),
    sa.Column('verdict', sa.Enum('ok', 'remark', 'warn', 'fail', 'na', name='verdict', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('safety', sa.Boolean(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('recommendation', sa.Text(), nullable=True),
    sa.Column('ticket_id', sa.BigInteger(), nullable=True),
    sa.Column('work_order_line_id', sa.BigInteger(), nullable=True),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("verdict IN ('remark', 'fail')", name=op.f('ck_finding_found')),
    sa.ForeignKeyConstraint(['run_id'], ['checklist_run.id'], name=op.f('fk_finding_run_id_checklist_run')),
    sa.ForeignKeyConstraint(['station_id'], ['station.id'], name=op.f('fk_finding_station_id_station')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_finding'))
    )
    op.create_index('ix_finding_run', 'finding', ['run_id', 'item', 'place'], unique=True)
    op.create_index(op.f('ix_finding_station_id'), 'finding', ['station_id'], unique=False)
    op.create_index(op.f('ix_finding_ticket_id'), 'finding', ['ticket_id'], unique=False)
    op.create_index(op.f('ix_finding_work_order_line_id'), 'finding', ['work_order_line_id'], unique=False)
    for function in (KEEP_VERSION, KEEP_RUN):
        op.execute(function)
    for table in KEPT:
        op.execute(
            f"CREATE TRIGGER kept BEFORE UPDATE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION keep_{table}()"
        )
    for table, rule in RULES.items():
        mine = f"(SELECT app_customer()) IS NULL OR {rule}"
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY whose ON {table} USING ({mine})")
    catalogue.load(op.get_bind())


def downgrade() -> None:
    op.drop_index(op.f('ix_finding_work_order_line_id'), table_name='finding')
    op.drop_index(op.f('ix_finding_ticket_id'), table_name='finding')
    op.drop_index(op.f('ix_finding_station_id'), table_name='finding')
    op.drop_index('ix_finding_run', table_name='finding')
    op.drop_table('finding')
    op.drop_index('ix_checklist_answer_series', table_name='checklist_answer')
    op.drop_index('ix_checklist_answer_run', table_name='checklist_answer')
    op.drop_table('checklist_answer')
    op.drop_index(op.f('ix_checklist_run_version_id'), table_name='checklist_run')
    op.drop_index('ix_checklist_run_station', table_name='checklist_run')
    op.drop_table('checklist_run')
    op.drop_index(op.f('ix_instrument_person_id'), table_name='instrument')
    op.drop_table('instrument')
    op.drop_index('ix_checklist_version_published', table_name='checklist_version', postgresql_where="state = 'published'")
    op.drop_index('ix_checklist_version_draft', table_name='checklist_version', postgresql_where="state = 'draft'")
    op.drop_table('checklist_version')
    op.drop_index('ix_checklist_template_default', table_name='checklist_template', postgresql_where='is_default AND retired_at IS NULL')
    op.drop_table('checklist_template')
    op.drop_table('checklist_limit')
    for table in KEPT:
        op.execute(f"DROP FUNCTION keep_{table}()")
