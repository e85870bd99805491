"""What is known of models and from where, parts and kits, and what people can do."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from service.parts import catalogue

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('kit',
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kit')),
    sa.UniqueConstraint('code', name=op.f('uq_kit_code'))
    )
    op.create_table('part',
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('maker', sa.Text(), nullable=False),
    sa.Column('unit', sa.Enum('piece', 'pair', 'set', 'metre', 'litre', 'kilogram', name='unit', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('price_ore', sa.BigInteger(), nullable=True),
    sa.Column('vat_percent', sa.BigInteger(), nullable=False),
    sa.Column('notes', sa.Text(), nullable=True),
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('price_ore >= 0', name=op.f('ck_part_price')),
    sa.CheckConstraint('vat_percent BETWEEN 0 AND 100', name=op.f('ck_part_vat')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_part')),
    sa.UniqueConstraint('number', name=op.f('uq_part_number'))
    )
    op.create_table('skill',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('name_sv', sa.Text(), nullable=False),
    sa.Column('name_en', sa.Text(), nullable=False),
    sa.Column('is_authorisation', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_skill')),
    sa.UniqueConstraint('code', name=op.f('uq_skill_code'))
    )
    op.create_table('kit_line',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('kit_id', sa.BigInteger(), nullable=False),
    sa.Column('part_id', sa.BigInteger(), nullable=False),
    sa.Column('quantity', sa.Numeric(precision=10, scale=3), nullable=False),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_kit_line_quantity')),
    sa.ForeignKeyConstraint(['kit_id'], ['kit.id'], name=op.f('fk_kit_line_kit_id_kit')),
    sa.ForeignKeyConstraint(['part_id'], ['part.id'], name=op.f('fk_kit_line_part_id_part')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kit_line')),
    sa.UniqueConstraint('kit_id', 'part_id', name=op.f('uq_kit_line_kit_id_part_id'))
    )
    op.create_index(op.f('ix_kit_line_part_id'), 'kit_line', ['part_id'], unique=False)
    op.create_table('person_skill',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('skill_id', sa.BigInteger(), nullable=False),
    sa.Column('valid_until', sa.Date(), nullable=True),
    sa.Column('certificate', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_person_skill_person_id_person')),
    sa.ForeignKeyConstraint(['skill_id'], ['skill.id'], name=op.f('fk_person_skill_skill_id_skill')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person_skill')),
    sa.UniqueConstraint('person_id', 'skill_id', name=op.f('uq_person_skill_person_id_skill_id'))
    )
    op.create_index(op.f('ix_person_skill_skill_id'), 'person_skill', ['skill_id'], unique=False)
    op.create_table('model_document',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('model_id', sa.BigInteger(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('address', sa.Text(), nullable=False),
    sa.Column('kind', sa.Enum('user_manual', 'installation_manual', 'service_manual', 'data_sheet', 'other', name='documentkind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.CheckConstraint("address ~ '^https?://'", name=op.f('ck_model_document_address')),
    sa.ForeignKeyConstraint(['model_id'], ['station_model.id'], name=op.f('fk_model_document_model_id_station_model')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_model_document'))
    )
    op.create_index(op.f('ix_model_document_model_id'), 'model_document', ['model_id'], unique=False)
    op.create_table('model_evidence',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('model_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.Enum('manual', 'kb', 'operator', 'authority', 'default', name='evidencekind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('document', sa.Text(), nullable=False),
    sa.Column('page', sa.Text(), nullable=False),
    sa.Column('dated_on', sa.Date(), nullable=True),
    sa.Column('says', sa.Text(), nullable=False),
    sa.Column('says_en', sa.Text(), nullable=True),
    sa.Column('verified_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('verified_by_id', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['model_id'], ['station_model.id'], name=op.f('fk_model_evidence_model_id_station_model')),
    sa.ForeignKeyConstraint(['verified_by_id'], ['person.id'], name=op.f('fk_model_evidence_verified_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_model_evidence'))
    )
    op.create_index(op.f('ix_model_evidence_model_id'), 'model_evidence', ['model_id'], unique=False)
    op.create_table('protective_device',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('model_id', sa.BigInteger(), nullable=False),
    sa.Column('rcd_type', sa.Enum('none', 'rdc_dd', 'a', 'b', 'imd', 'unknown', name='rcdtype', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('rated_ma', sa.BigInteger(), nullable=True),
    sa.Column('place', sa.Enum('built_in', 'upstream', 'unknown', name='place', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('per', sa.Enum('station', 'outlet', name='per', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('note_en', sa.Text(), nullable=True),
    sa.CheckConstraint('rated_ma > 0', name=op.f('ck_protective_device_rated_ma')),
    sa.ForeignKeyConstraint(['model_id'], ['station_model.id'], name=op.f('fk_protective_device_model_id_station_model')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_protective_device'))
    )
    op.create_index(op.f('ix_protective_device_model_id'), 'protective_device', ['model_id'], unique=False)
    op.create_table('wear_part',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('model_id', sa.BigInteger(), nullable=False),
    sa.Column('part_id', sa.BigInteger(), nullable=False),
    sa.Column('months', sa.BigInteger(), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.CheckConstraint('months > 0', name=op.f('ck_wear_part_months')),
    sa.ForeignKeyConstraint(['model_id'], ['station_model.id'], name=op.f('fk_wear_part_model_id_station_model')),
    sa.ForeignKeyConstraint(['part_id'], ['part.id'], name=op.f('fk_wear_part_part_id_part')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_wear_part')),
    sa.UniqueConstraint('model_id', 'part_id', name=op.f('uq_wear_part_model_id_part_id'))
    )
    op.create_index(op.f('ix_wear_part_part_id'), 'wear_part', ['part_id'], unique=False)
    op.add_column('person', sa.Column('weekly_minutes', sa.BigInteger(), nullable=True))
    op.add_column('site', sa.Column('environment', sa.Enum('normal', 'dusty', 'coastal', name='environment', native_enum=False, create_constraint=True, length=40), nullable=False, server_default='normal'))
    op.alter_column('site', 'environment', server_default=None)
    op.add_column('station', sa.Column('environment', sa.Enum('normal', 'dusty', 'coastal', name='environment', native_enum=False, create_constraint=True, length=40), nullable=True))
    op.add_column('station_model', sa.Column('visit_months', sa.BigInteger(), nullable=True))
    op.add_column('station_model', sa.Column('capabilities', postgresql.ARRAY(sa.Text()), nullable=False, server_default='{}'))
    op.alter_column('station_model', 'capabilities', server_default=None)
    op.add_column('station_model', sa.Column('verified_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('station_model', sa.Column('verified_by_id', sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f('fk_station_model_verified_by_id_person'), 'station_model', 'person', ['verified_by_id'], ['id'])
    op.create_check_constraint('weekly_minutes', 'person', 'weekly_minutes BETWEEN 0 AND 10080')
    op.create_check_constraint('visit_months', 'station_model', 'visit_months > 0')
    catalogue.load(op.get_bind())


def downgrade() -> None:
    op.drop_constraint(op.f('fk_station_model_verified_by_id_person'), 'station_model', type_='foreignkey')
    op.drop_column('station_model', 'verified_by_id')
    op.drop_column('station_model', 'verified_at')
    op.drop_column('station_model', 'capabilities')
    op.drop_column('station_model', 'visit_months')
    op.drop_column('station', 'environment')
    op.drop_column('site', 'environment')
    op.drop_column('person', 'weekly_minutes')
    op.drop_index(op.f('ix_wear_part_part_id'), table_name='wear_part')
    op.drop_table('wear_part')
    op.drop_index(op.f('ix_protective_device_model_id'), table_name='protective_device')
    op.drop_table('protective_device')
    op.drop_index(op.f('ix_model_evidence_model_id'), table_name='model_evidence')
    op.drop_table('model_evidence')
    op.drop_index(op.f('ix_model_document_model_id'), table_name='model_document')
    op.drop_table('model_document')
    op.drop_index(op.f('ix_person_skill_skill_id'), table_name='person_skill')
    op.drop_table('person_skill')
    op.drop_index(op.f('ix_kit_line_part_id'), table_name='kit_line')
    op.drop_table('kit_line')
    op.drop_table('skill')
    op.drop_table('part')
    op.drop_table('kit')
