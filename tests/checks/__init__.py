"""What `make check` holds besides format, lint and types: `python -m tests.checks`."""
