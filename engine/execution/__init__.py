"""Execution: compiled plans, run breadth first over whole levels of an answer."""

from engine.execution.execute import FellThrough, execute, fallthroughs, no_fallthrough, prepared
from engine.execution.operation import Operation, Result
from engine.execution.plan import most_variants

__all__ = [
    "FellThrough",
    "Operation",
    "Result",
    "execute",
    "fallthroughs",
    "most_variants",
    "no_fallthrough",
    "prepared",
]
