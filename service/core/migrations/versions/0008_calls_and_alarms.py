"""An API token knows how far its calls have filled the minute; a station finds its alarms."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('api_token', sa.Column('busy_until', sa.DateTime(timezone=True), nullable=True))
    op.create_index('ix_alarm_station_id', 'alarm', ['station_id'])


def downgrade() -> None:
    op.drop_index('ix_alarm_station_id', 'alarm')
    op.drop_column('api_token', 'busy_until')
