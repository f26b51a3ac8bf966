"""Histograms for what happens many times a request: a tenth of the cost of the library's, which take locks.

Only the event loop's thread writes; a scrape's thread reads copies.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import accumulate

from prometheus_client import CollectorRegistry, Metric
from prometheus_client.core import HistogramMetricFamily
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString


class Timing:
    """The times of one series, in seconds."""

    __slots__ = ("_bounds", "counts", "total")

    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def add(self, seconds: float) -> None:
        self.counts[bisect_left(self._bounds, seconds)] += 1
        self.total += seconds


class Timings(Collector):
    """A histogram and its series by label values."""

    def __init__(
        self, name: str, meaning: str, labels: Sequence[str], bounds: Sequence[float], registry: CollectorRegistry
    ) -> None:
        self._described = (name, meaning)
        self._labels = labels
        self._bounds = bounds
        self._names = [*map(floatToGoString, bounds), "+Inf"]
        self._series: dict[tuple[str, ...], Timing] = {}
        registry.register(self)

    def at(self, *labels: str) -> Timing:
        """Made at its first use; to be kept by who uses it often."""
        timing = self._series.get(labels)
        if timing is None:
            timing = self._series[labels] = Timing(self._bounds)
        return timing

    def collect(self) -> Iterable[Metric]:
        family = HistogramMetricFamily(*self._described, labels=self._labels)
        for labels, timing in self._series.copy().items():
            buckets = list(zip(self._names, accumulate(timing.counts.copy()), strict=True))
            family.add_metric(labels, buckets, timing.total)
        yield family
