"""What the tests of recurring jobs stand on: the stores, and slices of two rows."""

import pytest

from db import removals
from db.stores import Stores
from domain import moderation, purges, tasks
from schema.context import Services


@pytest.fixture
def stores(services: Services) -> Stores:
    return services.stores


@pytest.fixture
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """So few rows at once that every walk takes several transactions."""
    for module in (tasks, purges, moderation):
        monkeypatch.setattr(module, "_SLICE", 2)
    monkeypatch.setattr(removals, "_POSTS_AT_ONCE", 2)
