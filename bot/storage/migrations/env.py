"""Alembic's entry: it runs in the connection and the transaction given to `schema.upgrade`."""

from alembic import context

from bot.storage import indexes, tables

indexes.attach()
context.configure(
    connection=context.config.attributes["connection"], target_metadata=tables.metadata
)
context.run_migrations()
