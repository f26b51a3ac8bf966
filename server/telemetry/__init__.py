"""Metrics, traces and reports of a process: each off until its setting asks for it, and then it costs nothing."""

from server.telemetry.telemetry import Telemetry, Watch, open_telemetry, unwatched

__all__ = ["Telemetry", "Watch", "open_telemetry", "unwatched"]
