"""A page of a feed costs the same however many people there are, for readers who follow equally many."""

from typing import Final

import asyncpg
import pytest

from bench.networks import settle
from bench.operations import OPERATIONS
from bench.readers import Reader
from server.settings import Settings
from tests.operation_costs import ASKED, PEOPLE_NEEDED, Cost, costs
from tests.servers import Addresses, clone, drop

SIZES: Final = (2_000, 20_000)
PAGES: Final = ("home_feed", "public_feed")
SLACK: Final = 1.05
# Everybody follows three others and readers follow twenty; each post is liked by one. Ten times as much makes no
# index a level deeper, for a level is one page more at every look into it, and says nothing of what is looked up.
_NETWORK = """
INSERT INTO users (username, display_name)
    SELECT 'person_' || i, 'Person ' || i FROM generate_series(1, {size}) AS i;
CREATE TEMP TABLE people AS SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM users;
CREATE UNIQUE INDEX ON people (n);
ANALYZE people;
INSERT INTO user_stats (user_id, post_count) SELECT id, 3 FROM people;
INSERT INTO follows (follower_id, followee_id)
    SELECT one.id, other.id FROM people AS one
    CROSS JOIN LATERAL generate_series(1, CASE WHEN one.n < {readers} THEN 20 ELSE 3 END) AS i
    JOIN people AS other ON other.n = (one.n + 37 * i) % {size};
INSERT INTO posts (author_id, text)
    SELECT id, 'Person ' || n || ' on the plaza, day ' || day
    FROM people, generate_series(1, 3) AS day ORDER BY day, md5(n::text);
INSERT INTO post_stats (post_id, like_count) SELECT id, 1 FROM posts;
INSERT INTO likes (post_id, user_id)
    SELECT posts.id, other.id FROM posts JOIN people AS one ON one.id = author_id
    JOIN people AS other ON other.n = (one.n + 1) % {size};
"""


@pytest.mark.long
async def test_a_page_costs_the_same_among_ten_times_as_many_people(
    addresses: Addresses, settings: Settings, worker_number: int
) -> None:
    few, many = [await _cost_among(size, f"size_{worker_number}_{size}", addresses, settings) for size in SIZES]
    for page in PAGES:
        assert few[page]["rows"] == many[page]["rows"] > 20 * ASKED
        assert few[page]["statements"] == many[page]["statements"]
        # Fewer they may be: among many authors PostgreSQL reads once whom the viewer blocks, not for each of them.
        assert many[page]["buffers"] <= SLACK * few[page]["buffers"], (page, few[page], many[page])


async def _cost_among(size: int, name: str, addresses: Addresses, settings: Settings) -> dict[str, Cost]:
    await clone(addresses, name)
    connection = await asyncpg.connect(addresses.owner.format(database=name))
    await connection.execute(_NETWORK.format(size=size, readers=PEOPLE_NEEDED))
    rows = await connection.fetch("SELECT id, username FROM users ORDER BY id LIMIT $1", PEOPLE_NEEDED)
    await connection.close()
    await settle(addresses.superuser.format(database=name))
    people = [Reader(place, row["id"], 0, row["username"], "", "", "", "") for place, row in enumerate(rows)]
    pages = [operation for operation in OPERATIONS if operation.name in PAGES]
    found = await costs(name, addresses, settings, pages, people)
    await drop(addresses, name)
    return found
