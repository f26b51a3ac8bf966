"""A plugin for tests that count: time stands still for the rate limits meanwhile."""

import hashlib
import time
from types import SimpleNamespace

import pytest

from db import buckets


@pytest.fixture
def no_time_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    """For rate limits: nothing comes back while a test counts, however slow the machine is."""
    clock, life = "redis.call('TIME')", "math.ceil(after[i] / 1000) + 1"
    assert (buckets.SCRIPT.count(clock), buckets.SCRIPT.count(life)) == (1, 1)
    script = buckets.SCRIPT.replace(clock, "{1800000000, 0}").replace(life, "3600000")
    monkeypatch.setattr(buckets, "SCRIPT", script)
    monkeypatch.setattr(buckets, "_SHA", hashlib.sha1(script.encode(), usedforsecurity=False).hexdigest())
    now = time.monotonic_ns()  # and nothing goes back
    monkeypatch.setattr(buckets, "time", SimpleNamespace(monotonic_ns=lambda: now))
