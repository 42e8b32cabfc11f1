"""Alembic's entry, always called in-process by ``foundation.migrate`` with an open connection."""

from alembic import context

import intake  # noqa: F401  # every feature's models are known before the comparison
from intake.foundation.database import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
)
context.run_migrations()
