"""Run by Alembic: applies the steps over the connection it is given, inside that connection's transaction."""

from alembic import context

from callcenter.store.tables import Base

# The transaction is the caller's: it commits or rolls back all steps together.
context.configure(
    connection=context.config.attributes["connection"], target_metadata=Base.metadata, transactional_ddl=False
)
context.run_migrations()
