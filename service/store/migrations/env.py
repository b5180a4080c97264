"""How Alembic reaches the database: over the connection that `store.migrate` hands it."""

from alembic import context
from sqlmodel import SQLModel

from service.store import schema

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=schema.declared(SQLModel.metadata),
    transaction_per_migration=False,
    render_as_batch=False,
    compare_type=True,
)
context.run_migrations()
