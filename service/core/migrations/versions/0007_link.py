"""Two with one identity, and a fault of its own for a charger that floods the link."""

import sqlalchemy as sa
from alembic import op

from service.monitoring import catalogue

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

FLOOD = "message_flood"
WHOSE = "(SELECT app_customer()) IS NULL OR station_id IN (SELECT id FROM station)"


def upgrade() -> None:
    op.create_table(
        "rival",
        sa.Column("station_id", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("held_by", sa.Text(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("let_in_by_id", sa.BigInteger(), nullable=True),
        sa.Column("let_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["let_in_by_id"], ["person.id"], name=op.f("fk_rival_let_in_by_id_person")),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name=op.f("fk_rival_station_id_station")),
        sa.PrimaryKeyConstraint("station_id", name=op.f("pk_rival")),
    )
    op.execute("ALTER TABLE rival ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY whose ON rival USING ({WHOSE})")
    # A catalogue that is new has the fault already.
    if FLOOD not in op.get_bind().scalars(sa.text("SELECT code FROM fault_code")).all():
        op.bulk_insert(_fault_code(), [row for row in catalogue.rows() if row["code"] == FLOOD])


def _fault_code() -> sa.Table:
    """The table as it stands now, whatever the model becomes."""
    return sa.Table("fault_code", sa.MetaData(), autoload_with=op.get_bind())


def downgrade() -> None:
    """An alarm may name the fault by now: it stays."""
    op.drop_table("rival")
