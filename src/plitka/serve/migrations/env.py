"""Alembic's entry: `plitka.serve.revisions` runs it on its own connection."""

from alembic import context

from plitka.serve.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
