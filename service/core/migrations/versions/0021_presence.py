"""What is true of a visit: left or not, seen Available or not, why it pauses, where it was told."""

import sqlalchemy as sa
from alembic import op

revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None

OF_VISIT = "visit_id IN (SELECT id FROM service_visit)"
STATES = (
    'tentative', 'confirmed', 'dispatched', 'accepted', 'travelling', 'on_site', 'paused',
    'checked_out', 'finished', 'aborted', 'cancelled',
)
OLD_STATES = tuple(state for state in STATES if state != 'checked_out')
CHARGES = ('included', 'beyond_visits', 'extra', 'no_contract', 'agreed')
OLD_CHARGES = tuple(charge for charge in CHARGES if charge != 'beyond_visits')
# What tablets sent is append-only for the application role: it asks for one thing to be left out.
# The fingerprint stays that of what came, so that the same one sent again is still known.
FORGET = r"""
CREATE FUNCTION forget_operation_positions(before timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE operation SET body = body - 'position',
        raw = CASE WHEN raw IS JSON OBJECT AND raw NOT LIKE '%\\u0000%'
            THEN (raw::jsonb #- '{body,position}')::text ELSE body::text END
    WHERE received_at <= before AND received_at > before - interval '60 days'
        AND kind IN ('check_in', 'check_out') AND jsonb_typeof(body -> 'position') = 'object';
    UPDATE operation_rival SET raw = (raw::jsonb #- '{body,position}')::text
    WHERE received_at <= before AND received_at > before - interval '60 days'
        AND raw LIKE '%"position"%' AND raw IS JSON OBJECT AND raw NOT LIKE '%\\u0000%';
$$
"""


def upgrade() -> None:
    op.execute(FORGET)
    _words('service_visit', 'state', 'visitstate', STATES)
    _words('work_order_line', 'charge', 'charge', CHARGES)
    # Who had left and not finished was said to be on site.
    op.execute(
        "UPDATE service_visit SET state = 'checked_out'"
        " WHERE state = 'on_site' AND checked_out_at IS NOT NULL"
    )
    op.create_table('visit_verification',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('visit_id', sa.BigInteger(), nullable=False),
    sa.Column('connector_id', sa.BigInteger(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('missed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('instead', sa.Text(), nullable=True),
    sa.CheckConstraint('(missed_at IS NULL) = (instead IS NULL)', name=op.f('ck_visit_verification_missed')),
    sa.CheckConstraint('seen_at >= since', name=op.f('ck_visit_verification_seen')),
    sa.ForeignKeyConstraint(['connector_id'], ['connector.id'], name=op.f('fk_visit_verification_connector_id_connector')),
    sa.ForeignKeyConstraint(['visit_id'], ['service_visit.id'], name=op.f('fk_visit_verification_visit_id_service_visit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_visit_verification')),
    sa.UniqueConstraint('visit_id', 'connector_id', 'since', name=op.f('uq_visit_verification_visit_id_connector_id_since'))
    )
    op.create_index('ix_visit_verification_waits', 'visit_verification', ['since'], unique=False, postgresql_where='seen_at IS NULL')
    # A second stop of the same item is another stop.
    op.drop_constraint(op.f('uq_visit_stop_run_id_item_place'), 'visit_stop', type_='unique')
    op.create_index('ix_visit_stop_of', 'visit_stop', ['run_id', 'item', 'place'], unique=False)
    op.create_table('visit_pause',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('visit_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.Enum('break', 'other_job', 'part', 'access', 'customer', 'weather', 'end_of_day', 'other', name='pausekind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('by_id', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('until >= since', name=op.f('ck_visit_pause_order')),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_visit_pause_by_id_person')),
    sa.ForeignKeyConstraint(['visit_id'], ['service_visit.id'], name=op.f('fk_visit_pause_visit_id_service_visit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_visit_pause'))
    )
    op.create_index(op.f('ix_visit_pause_visit_id'), 'visit_pause', ['visit_id'], unique=False)
    op.create_table('visit_position',
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('visit_id', sa.BigInteger(), nullable=False),
    sa.Column('moment', sa.Enum('check_in', 'check_out', name='moment', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('lat', sa.Float(), nullable=False),
    sa.Column('lon', sa.Float(), nullable=False),
    sa.Column('accuracy_m', sa.BigInteger(), nullable=True),
    sa.Column('taken_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('kept_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_visit_position_person_id_person')),
    sa.ForeignKeyConstraint(['visit_id'], ['service_visit.id'], name=op.f('fk_visit_position_visit_id_service_visit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_visit_position'))
    )
    op.create_index(op.f('ix_visit_position_visit_id'), 'visit_position', ['visit_id'], unique=False)
    op.create_index('ix_visit_position_kept_at', 'visit_position', ['kept_at'], unique=False)
    # A customer sees whether all was well. Why somebody was away, and where, is the house's.
    rules = {'visit_verification': OF_VISIT, 'visit_pause': 'false', 'visit_position': 'false'}
    for table, rule in rules.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY whose ON {table} USING ((SELECT app_customer()) IS NULL OR {rule})")


def downgrade() -> None:
    op.execute('DROP FUNCTION forget_operation_positions(timestamptz)')
    op.drop_table('visit_position')
    op.drop_table('visit_pause')
    op.drop_index('ix_visit_stop_of', table_name='visit_stop')
    op.create_unique_constraint(op.f('uq_visit_stop_run_id_item_place'), 'visit_stop', ['run_id', 'item', 'place'])
    op.drop_table('visit_verification')
    op.execute("UPDATE service_visit SET state = 'on_site' WHERE state = 'checked_out'")
    op.execute("UPDATE work_order_line SET charge = 'extra' WHERE charge = 'beyond_visits'")
    _words('work_order_line', 'charge', 'charge', OLD_CHARGES)
    _words('service_visit', 'state', 'visitstate', OLD_STATES)


def _words(table: str, column: str, name: str, words: tuple[str, ...]) -> None:
    op.drop_constraint(op.f(f'ck_{table}_{name}'), table, type_='check')
    listed = ', '.join(f"'{word}'" for word in words)
    op.create_check_constraint(op.f(f'ck_{table}_{name}'), table, f"{column} IN ({listed})")
