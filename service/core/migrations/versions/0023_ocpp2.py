"""Faults, alarms and charges as OCPP 2.x tells them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from service.monitoring import catalogue

revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None

PER_START = ['station_id', 'connector', 'id_tag', 'meter_start_wh', 'started_said']


def upgrade() -> None:
    for table, column in (('alarm', 'parts'), ('fault_code', 'ocpp2')):
        op.add_column(table, sa.Column(column, postgresql.ARRAY(sa.Text()), server_default='{}', nullable=False))
    op.add_column('charging_session', sa.Column('said_id', sa.Text(), nullable=True))
    op.create_index('one_session_per_name', 'charging_session', ['station_id', 'said_id'], unique=True, postgresql_where=sa.text('said_id IS NOT NULL'))
    _per_start('NOT orphan AND said_id IS NULL')
    _add_faults()


def _per_start(where: str) -> None:
    op.drop_index('one_session_per_start', table_name='charging_session')
    op.create_index('one_session_per_start', 'charging_session', PER_START, unique=True, postgresql_where=sa.text(where), postgresql_nulls_not_distinct=True)


def _add_faults() -> None:
    """A catalogue that is new has the faults already, but not what says them."""
    table = sa.Table('fault_code', sa.MetaData(), autoload_with=op.get_bind())
    known = set(op.get_bind().scalars(sa.select(table.c.code)))
    missing = [row for row in catalogue.rows() if row['code'] not in known]
    if missing:
        op.bulk_insert(table, missing)
    for code, said in catalogue.parts().items():
        op.execute(table.update().where(table.c.code == code).values(ocpp2=said))


def downgrade() -> None:
    """An alarm may name one of the new faults by now: they stay. So do charges, but for their names."""
    _per_start('NOT orphan')
    op.drop_index('one_session_per_name', table_name='charging_session')
    op.drop_column('charging_session', 'said_id')
    op.drop_column('fault_code', 'ocpp2')
    op.drop_column('alarm', 'parts')
