"""A fault of its own for a charger that floods the link."""

import sqlalchemy as sa
from alembic import op

from service.monitoring import catalogue

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

FLOOD = "message_flood"


def upgrade() -> None:
    # A catalogue that is new has the fault already.
    if FLOOD not in op.get_bind().scalars(sa.text("SELECT code FROM fault_code")).all():
        op.bulk_insert(_fault_code(), [row for row in catalogue.rows() if row["code"] == FLOOD])


def _fault_code() -> sa.Table:
    """The table as it stands now, whatever the model becomes."""
    return sa.Table("fault_code", sa.MetaData(), autoload_with=op.get_bind())


def downgrade() -> None:
    """An alarm may name the fault by now: it stays."""
