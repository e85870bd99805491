"""A contract may ask for more than the plan, at the stations that it covers."""

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


REACH = (
    "(scope = 'station') = (station_id IS NOT NULL) AND (scope = 'site') = (site_id IS NOT NULL)"
    " AND (scope = 'customer') = (customer_id IS NOT NULL)"
)
SCOPES = ("station", "site", "customer", "law")
WHOSE = (
    "scope = 'law' OR customer_id IN (SELECT id FROM customer)"
    " OR site_id IN (SELECT id FROM site) OR station_id IN (SELECT id FROM station)"
)


def upgrade() -> None:
    op.add_column("tightening", sa.Column("contract_id", sa.BigInteger(), nullable=True))
    reached = sa.Column("reached", sa.ARRAY(sa.BigInteger()), nullable=False, server_default="{}")
    op.add_column("tightening", reached)
    op.alter_column("tightening", "reached", server_default=None)
    op.create_index("ix_tightening_contract_id", "tightening", ["contract_id"])
    op.create_foreign_key(
        "fk_tightening_contract_id_service_contract",
        "tightening",
        "service_contract",
        ["contract_id"],
        ["id"],
    )
    more = " AND (scope = 'contract') = (contract_id IS NOT NULL)"
    _check((*SCOPES[:-1], "contract", "law"), REACH + more)
    _policy(WHOSE + " OR contract_id IN (SELECT id FROM service_contract)")


def _check(scopes: tuple[str, ...], reach: str) -> None:
    for name in ("scope", "reach"):
        op.execute(f"ALTER TABLE tightening DROP CONSTRAINT ck_tightening_{name}")
    words = ", ".join(f"'{one}'" for one in scopes)
    op.execute(f"ALTER TABLE tightening ADD CONSTRAINT ck_tightening_scope CHECK (scope IN ({words}))")
    op.execute(f"ALTER TABLE tightening ADD CONSTRAINT ck_tightening_reach CHECK ({reach})")


def _policy(whose: str) -> None:
    op.execute("DROP POLICY whose ON tightening")
    mine = f"(SELECT app_customer()) IS NULL OR {whose}"
    op.execute(f"CREATE POLICY whose ON tightening USING ({mine})")


def downgrade() -> None:
    _policy(WHOSE)
    op.execute("DELETE FROM tightening WHERE contract_id IS NOT NULL")
    _check(SCOPES, REACH)
    op.drop_constraint("fk_tightening_contract_id_service_contract", "tightening")
    op.drop_index("ix_tightening_contract_id", "tightening")
    op.drop_column("tightening", "reached")
    op.drop_column("tightening", "contract_id")
