"""How a store of answers is brought to the form this careshift writes: called by scenarios/store.py, never by hand."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
