"""What the tables' columns do not say: days of frames, whose rows are whose, the first faults."""

import sqlalchemy as sa
from alembic import op

from service.monitoring import catalogue

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# The customer for whom this transaction works; NULL for the house's own people and processes.
WHOSE = """
CREATE FUNCTION app_customer() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT NULLIF(current_setting('app.customer', true), '')::bigint $$
"""

# A person of a customer sees the rows for which this holds, and no other.
RULES = {
    "customer": "id = (SELECT app_customer())",
    "person": "customer_id IS NULL OR customer_id = (SELECT app_customer())",
    "site": "customer_id = (SELECT app_customer())",
    "station": "site_id IN (SELECT id FROM site)",
    "evse": "station_id IN (SELECT id FROM station)",
    "connector": "station_id IN (SELECT id FROM station)",
    "contact": "station_id IN (SELECT id FROM station)",
    "connection": "station_id IN (SELECT id FROM station)",
    "frame": "station_id IN (SELECT id FROM station)",
    "alarm": "station_id IN (SELECT id FROM station)",
    "charging_session": "station_id IN (SELECT id FROM station)",
    "meter_reading": "station_id IN (SELECT id FROM station)",
    "remote_action": "station_id IN (SELECT id FROM station)",
    "state_interval": "connector_id IN (SELECT id FROM connector)",
    "maintenance_window": (
        "station_id IN (SELECT id FROM station) OR site_id IN (SELECT id FROM site)"
    ),
    "ticket": "station_id IN (SELECT id FROM station) OR site_id IN (SELECT id FROM site)",
    "timeline_entry": "ticket_id IN (SELECT id FROM ticket)",
    "hold": "ticket_id IN (SELECT id FROM ticket)",
}

# The application role owns no table: it asks for a day of frames to be made or dropped.
# Frames that came before their day was made wait in the default partition, and move with it.
MAKE_DAY = """
CREATE FUNCTION frame_partition(day date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    name text := 'frame_' || to_char(day, 'YYYYMMDD');
    since timestamptz := day::timestamp AT TIME ZONE 'UTC';
    until timestamptz := (day + 1)::timestamp AT TIME ZONE 'UTC';
BEGIN
    IF to_regclass(name) IS NOT NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE frame INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', name);
    EXECUTE format(
        'WITH moved AS (DELETE FROM frame_default WHERE received_at >= $1 AND received_at < $2'
        ' RETURNING *) INSERT INTO %I SELECT * FROM moved', name) USING since, until;
    EXECUTE format(
        'ALTER TABLE frame ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name, since, until);
    RETURN true;
END $$
"""
DROP_DAYS = """
CREATE FUNCTION drop_frame_partitions_before(day date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    name text;
    dropped integer := 0;
BEGIN
    FOR name IN
        SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
        WHERE inhparent = 'frame'::regclass AND relname ~ '^frame_[0-9]{8}$'
        AND to_date(right(relname, 8), 'YYYYMMDD') < day
    LOOP
        EXECUTE format('DROP TABLE %I', name);
        dropped := dropped + 1;
    END LOOP;
    DELETE FROM frame_default WHERE received_at < day::timestamp AT TIME ZONE 'UTC';
    RETURN dropped;
END $$
"""


def upgrade() -> None:
    op.execute("CREATE TABLE frame_default PARTITION OF frame DEFAULT")
    for function in (WHOSE, MAKE_DAY, DROP_DAYS):
        op.execute(function)
    # From the first frame on, none waits for its day; the clock makes the days that follow.
    op.execute("SELECT frame_partition(current_date + n) FROM generate_series(0, 7) AS n")
    for table, rule in RULES.items():
        mine = f"(SELECT app_customer()) IS NULL OR {rule}"
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY whose ON {table} USING ({mine})")
    op.bulk_insert(_fault_code(), catalogue.rows())


def _fault_code() -> sa.Table:
    """The table as it stands now, whatever the model becomes."""
    return sa.Table("fault_code", sa.MetaData(), autoload_with=op.get_bind())


def downgrade() -> None:
    op.execute("DELETE FROM fault_code")
    for table in RULES:
        op.execute(f"DROP POLICY whose ON {table}")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    for function in ("drop_frame_partitions_before(date)", "frame_partition(date)", "app_customer()"):
        op.execute(f"DROP FUNCTION {function}")
    op.execute("DROP TABLE frame_default")
