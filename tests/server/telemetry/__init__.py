"""Telemetry: what is told, to whom, and what it costs."""
