"""What Alembic runs: the migrations, on the connection and in the transaction that it was given."""

from __future__ import annotations

from alembic import context

from hawser.server.store.tables import schema

context.configure(connection=context.config.attributes["connection"], target_metadata=schema.METADATA)
context.run_migrations()
