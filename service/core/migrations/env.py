"""How Alembic runs: on the connection that `service.core.migrate` hands it."""

from typing import Any

from alembic import context

from service.core.db import Model


def is_ours(_: Any, name: str | None, kind: str, reflected: bool, compare_to: Any) -> bool:
    """A day's partition of the frames is made by a job, so no model knows it."""
    is_partition = (name or "").startswith("frame_")
    return not (kind == "table" and reflected and compare_to is None and is_partition)


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Model.metadata,
    include_object=is_ours,
    compare_server_default=True,
    render_as_batch=False,
)
with context.begin_transaction():
    context.run_migrations()
