"""A crowd of visits under Locust: people come at their own times, however slowly the server answers.

Runs as a process of its own, because Locust puts gevent's sockets in the place of the standard library's. Reads
what to do as JSON from standard input; writes a line when it begins and one when it ends counting, and the result.
"""

import json
import random
import sys
from functools import partial
from itertools import accumulate
from typing import Any, ClassVar

import gevent
from gevent.event import Event
from gevent.pool import Pool
from locust import FastHttpUser, task
from locust.env import Environment
from locust.stats import StatsEntry

from bench.operations import DOCUMENTS, refusal
from bench.visits import DEEDS, MIX, THINKING, Json, Visit

PATIENCE = 10.0  # seconds after which a person takes an answer for lost
_WARMING = 5.0
_PERCENTILES = (0.5, 0.95, 0.99)
# People think for about as long as servers keep a connection open, and one that closes just when it is used again
# would count as a failure.
_HEADERS = {"connection": "close"}
_TEXTS = {name: (DOCUMENTS / f"{name}.graphql").read_text() for name in MIX}


class Door(FastHttpUser):
    """Lets people in at the times of a Poisson process: so many are there at once in the mean.

    Each visit waits for its own answers, as people do; nobody waits for anybody else's to come at all. A few come
    often and most seldom.
    """

    fixed_count = 1
    network_timeout = connection_timeout = PATIENCE
    concurrency = 10_000
    plan: ClassVar[Json]
    inside: ClassVar[Pool]
    closing: ClassVar[Event]

    def on_start(self) -> None:
        self._rng = random.Random(self.plan["seed"])
        # Zipf's and Mandelbrot's law, as in the network itself.
        self._weights = list(accumulate(1 / (rank + 2.7) ** 0.9 for rank in range(len(self.plan["people"]))))
        for _ in range(self.plan["users"]):
            self._enter(has_begun=True)

    @task
    def let_in(self) -> None:
        stay = DEEDS * THINKING
        gevent.sleep(self._rng.expovariate(self.plan["users"] / stay))
        self._enter(has_begun=False)

    def _enter(self, *, has_begun: bool) -> None:
        if self.closing.is_set():
            return
        if self.inside.full():
            self.environment.events.request.fire(
                request_type="POST",
                name="turned away",
                response_time=1000 * PATIENCE,
                response_length=0,
                exception=RuntimeError("ten times as many people inside as there should be"),
            )
            return
        (person,) = self._rng.choices(self.plan["people"], cum_weights=self._weights)
        visit = Visit(person, partial(self._ask, person), random.Random(self._rng.random()))
        self.inside.spawn(visit.run, self._think, has_begun=has_begun)

    def _think(self, seconds: float) -> bool:
        return not self.closing.wait(seconds)

    def _ask(self, person: Json, operation: str, variables: Json) -> Json | None:
        headers = {**_HEADERS, "x-forwarded-for": person["address"]}
        if operation != "public_feed":
            headers["authorization"] = f"Bearer {person['token']}"
        sent = {"query": _TEXTS[operation], "variables": variables}
        with self.client.post(
            "/graphql", json=sent, headers=headers, name=operation, catch_response=True
        ) as response:
            error = getattr(response, "error", None)
            refused = refusal(response.content) if response.content else f"no answer: {error!r}"
            if refused is None:
                data: Json = response.json()["data"]
                return data
            response.failure(refused)
            return None


def main() -> None:
    Door.plan = json.load(sys.stdin)
    Door.host, Door.closing, Door.inside = Door.plan["url"], Event(), Pool(10 * Door.plan["users"])
    environment = Environment(user_classes=[Door])
    runner = environment.create_local_runner()
    runner.start(1, spawn_rate=1)
    gevent.sleep(_WARMING)
    environment.stats.reset_all()
    print("counting", flush=True)
    gevent.sleep(Door.plan["seconds"])
    print("counted", flush=True)
    # Whoever waits for an answer gets it or loses patience, and is counted.
    Door.closing.set()
    Door.inside.join(2 * PATIENCE)
    print(json.dumps(_result(environment)), flush=True)
    runner.quit()


def _result(environment: Environment) -> Json:
    stats = environment.stats
    return {
        "operations": {each.name: _figures(each) for each in stats.entries.values() if each.num_requests},
        "total": _figures(stats.total),
        "errors": {f"{error.name}: {error.error}": error.occurrences for error in stats.errors.values()},
    }


def _figures(entry: StatsEntry) -> dict[str, Any]:
    p50, p95, p99 = (entry.get_response_time_percentile(percent) for percent in _PERCENTILES)
    return {"requests": entry.num_requests, "failures": entry.num_failures, "p50": p50, "p95": p95, "p99": p99}


if __name__ == "__main__":
    main()
