"""Statements, one file a noun, each compiled once at import."""
