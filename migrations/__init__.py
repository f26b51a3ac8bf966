"""Alembic's history of the database, one deployable step a file."""
