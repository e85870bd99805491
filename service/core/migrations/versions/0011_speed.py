"""What the desk searches and counts among a million tickets."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

SEARCHED = {
    "station": "lower(name || chr(10) || ocpp_identity)",
    "site": "lower(name || chr(10) || city)",
}


def upgrade() -> None:
    for table, words in SEARCHED.items():
        key = sa.Column("search_key", sa.Text(), sa.Computed(words, persisted=True), nullable=False)
        op.add_column(table, key)
    op.create_index(
        "ix_ticket_remotely",
        "ticket",
        ["resolved_at"],
        postgresql_where=sa.text("resolution IN ('remote', 'self_healed')"),
    )


def downgrade() -> None:
    op.drop_index("ix_ticket_remotely", "ticket")
    for table in SEARCHED:
        op.drop_column(table, "search_key")
