"""Clocks that tests turn."""


class Clock:
    """Stands still until it is told; its times are seconds."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now
