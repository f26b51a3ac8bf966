"""What clients asked for, by their names and by how their operations were named."""

from collections.abc import Iterable

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

from engine.clients import Uses


class ClientMetrics(Collector):
    """`uses` keeps at most 200 names and versions apart, whatever clients call themselves."""

    def __init__(self, uses: Uses) -> None:
        self._uses = uses

    def collect(self) -> Iterable[Metric]:
        told = CounterMetricFamily(
            "plaza_client_operations",
            "Operations asked for, by the client's name for itself and by what named them.",
            labels=["client", "version", "kind"],
        )
        for (client, kind), count in self._uses.totals.copy().items():
            told.add_metric([client.name or "unnamed", client.version, kind], count)
        yield told
        yield CounterMetricFamily(
            "plaza_trusted_looks",
            "Requests for what the list of trusted operations did not have and was asked for anew.",
            value=self._uses.looks,
        )
        yield CounterMetricFamily("plaza_trusted_finds", "Those that it had then.", value=self._uses.found)
