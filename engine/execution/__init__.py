"""Execution: compiled plans, run breadth first over whole levels of an answer."""

from engine.execution.execute import FellThrough, execute, fallthroughs, no_fallthrough, prepared
from engine.execution.operation import Operation, Result

__all__ = ["FellThrough", "Operation", "Result", "execute", "fallthroughs", "no_fallthrough", "prepared"]
