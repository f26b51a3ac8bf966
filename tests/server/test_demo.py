"""The demo network: what it holds, that it is the same every time, and that it comes whole or not at all."""

import hashlib
import io
import re
import sys
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from rich.console import Console

from auth.passwords import Passwords
from db.ids import EPOCH, moment_of
from db.limits import COMMENT_DEPTH, POST_LENGTH
from db.models import Block, Comment, Follow, Like, Post, User
from db.queries import feeds
from db.queries.pages import Page
from db.stores import Stores, open_stores
from server import demo
from server.demo.conversations import SHORTEST_POST, Turn, read_conversations
from server.demo.network import Network, build
from server.demo.progress import shown
from server.demo.suitable import cleaned, is_suitable
from server.mistakes import UserMistake
from tests.invariants import broken
from tests.servers import Addresses, clone, drop

pytestmark = pytest.mark.long

PEOPLE = 60
NOW = datetime(2026, 11, 20, 12, 34, 56, 789000, tzinfo=UTC)

# Judged without the code's own expressions.
COARSE = re.compile(
    r"\b(fuck|shit|bitch|ass|asshole|hell|damn|crap|sex|sexy|porn|rape|nazi|hitler|suicide)\b", re.IGNORECASE
)
TRACES = re.compile(r"@|https?:|\bwww\.|\.com\b|\d{5}|\d{3}-\d{4}", re.IGNORECASE)


@dataclass(frozen=True)
class Seeded:
    summary: demo.Summary
    owner: asyncpg.Connection
    owner_url: str
    stores: Stores
    now: datetime


@pytest.fixture(scope="module")
def said() -> list[list[Turn]]:
    return read_conversations()


@pytest.fixture(scope="module")
def network(said: list[list[Turn]]) -> Network:
    return build(said, people=PEOPLE, seed=2026, now=NOW)


@pytest.fixture(scope="module")
def larger(said: list[list[Turn]]) -> Network:
    return build(said, people=300, seed=7, now=NOW)


@pytest.fixture(scope="module")
async def database_of_its_own(addresses: Addresses, worker_number: int) -> AsyncIterator[str]:
    name = f"plaza_{worker_number}_demo"
    await clone(addresses, name)
    yield name
    await drop(addresses, name)


@pytest.fixture(scope="module")
async def seeded(addresses: Addresses, database_of_its_own: str) -> AsyncIterator[Seeded]:
    owner_url = addresses.owner.format(database=database_of_its_own)
    now = datetime.now(UTC)
    summary = await demo.seed(owner_url, people=PEOPLE, now=now)
    owner = await asyncpg.connect(owner_url)
    async with open_stores(addresses.app.format(database=database_of_its_own), addresses.redis) as stores:
        yield Seeded(summary, owner, owner_url, stores, now)
    await owner.close()


def fingerprint(network: Network) -> str:
    rows = [(table.model.__tablename__, table.columns, table.rows) for table in network.tables]
    return hashlib.sha256(repr(rows).encode()).hexdigest()


class TestSeeding:
    async def test_every_row_is_there_and_counted(self, seeded: Seeded) -> None:
        tables = {
            "people": "users",
            "follows": "follows",
            "posts": "posts",
            "comments": "comments",
            "likes": "likes",
        }
        for name, table in tables.items():
            assert await seeded.owner.fetchval(f"SELECT count(*) FROM {table}") == getattr(seeded.summary, name)
        assert (seeded.summary.people, seeded.summary.posts) == (60, 600)
        assert await broken(seeded.owner) == {}

    async def test_the_newest_post_is_minutes_old_and_nothing_lies_ahead(self, seeded: Seeded) -> None:
        newest = await seeded.owner.fetchval("SELECT max(created_at) FROM posts")
        assert timedelta(minutes=2) < seeded.now - newest < timedelta(minutes=5)
        for table in ("users", "follows", "posts", "comments", "likes"):
            assert await seeded.owner.fetchval(f"SELECT max(created_at) FROM {table}") < seeded.now

    @pytest.mark.parametrize("username", [demo.DEMO_USERNAME, demo.MODERATOR_USERNAME])
    async def test_the_password_that_is_shown_is_right(self, seeded: Seeded, username: str) -> None:
        hashed = await seeded.owner.fetchval(
            "SELECT password_hash FROM credentials JOIN users ON id = user_id WHERE username = $1", username
        )
        passwords = Passwords()
        verdict = await passwords.verify(hashed, demo.DEMO_PASSWORD)
        await passwords.close()
        assert (verdict.is_match, verdict.needs_rehash) == (True, False)

    async def test_nobody_else_can_sign_in(self, seeded: Seeded) -> None:
        signing_in = await seeded.owner.fetch(
            "SELECT username, role FROM users JOIN credentials ON id = user_id ORDER BY id"
        )
        assert [tuple(row) for row in signing_in] == [("demo", "USER"), ("moderator", "MODERATOR")]

    async def test_the_demo_home_feed_is_full(self, seeded: Seeded) -> None:
        demo_id = await seeded.owner.fetchval("SELECT id FROM users WHERE username = 'demo'")
        page = await feeds.home(seeded.stores.reads, Page(100), viewer_id=demo_id)
        assert len(page.edges) == 100

    async def test_a_database_with_people_is_refused_and_stays_as_it_was(self, seeded: Seeded) -> None:
        with pytest.raises(UserMistake, match="already has people"):
            await demo.seed(seeded.owner_url, people=PEOPLE, now=seeded.now)
        assert await seeded.owner.fetchval("SELECT count(*) FROM users") == PEOPLE

    async def test_a_database_without_tables_is_refused(self, addresses: Addresses, empty_database: str) -> None:
        with pytest.raises(UserMistake, match="plaza migrate"):
            await demo.seed(addresses.owner.format(database=empty_database), people=PEOPLE, now=NOW)

    async def test_progress_rises_from_nothing_to_all(
        self, addresses: Addresses, worker_number: int, said: list[list[Turn]]
    ) -> None:
        name = f"plaza_{worker_number}_progress"
        await clone(addresses, name)
        heard: list[tuple[str, float]] = []
        try:
            owner_url = addresses.owner.format(database=name)
            await demo.seed(owner_url, people=10, now=NOW, progress=lambda *told: heard.append(told))
        finally:
            await drop(addresses, name)
        shares = [share for _, share in heard]
        assert (shares[0], shares[-1]) == (0, 1)
        assert shares == sorted(shares)


class TestNetwork:
    def test_the_same_arguments_make_the_same_rows(self, said: list[list[Turn]], network: Network) -> None:
        again = build(said, people=PEOPLE, seed=2026, now=NOW)
        assert fingerprint(again) == fingerprint(network)
        assert fingerprint(build(said, people=PEOPLE, seed=2027, now=NOW)) != fingerprint(network)

    def test_texts_are_real_long_enough_and_fit_for_anyone(self, said: list[list[Turn]], network: Network) -> None:
        originals = " ".join(message["text"] for turns in said for turn in turns for message in turn)
        posts = [row[2] for row in network.rows_of(Post)]
        comments = [row[5] for row in network.rows_of(Comment)]
        bios = [row[3] for row in network.rows_of(User)]
        assert all(SHORTEST_POST <= len(text) <= POST_LENGTH for text in posts)
        assert all(text[:SHORTEST_POST] in originals for text in posts)
        shown = [*posts, *comments, *bios]
        assert [text for text in shown if COARSE.search(text) or TRACES.search(text)] == []

    def test_no_two_of_one_person_s_posts_are_the_same(self, network: Network) -> None:
        said_by = Counter((row[1], row[2]) for row in network.rows_of(Post))
        assert said_by.most_common(1)[0][1] == 1

    def test_ids_are_positive_and_tell_the_time(self, network: Network) -> None:
        for model, created in ((User, 6), (Follow, 3), (Post, 4), (Comment, 6), (Like, 3)):
            rows = network.rows_of(model)
            assert [row[0] for row in rows] == sorted({row[0] for row in rows})
            assert all(EPOCH <= row[created] < NOW for row in rows)
            off = [abs(moment_of(row[0]) - row[created]) for row in rows]
            assert max(off) < timedelta(seconds=1)

    def test_answers_come_after_what_they_answer(self, network: Network) -> None:
        posts = {row[0]: row[4] for row in network.rows_of(Post)}
        comments = {row[0]: row for row in network.rows_of(Comment)}
        for _, post_id, _, parent_id, depth, _, created_at in comments.values():
            parent = comments.get(parent_id)
            assert created_at > (parent[6] if parent else posts[post_id])
            assert depth == (parent[4] + 1 if parent else 0) <= COMMENT_DEPTH
        assert 0.6 < sum(row[4] == 0 for row in comments.values()) / len(comments) < 0.85

    def test_nobody_touches_anybody_across_a_block(self, larger: Network) -> None:
        blocks = [row[:2] for row in larger.rows_of(Block)]
        apart = {*blocks, *((blocked, blocker) for blocker, blocked in blocks)}
        author = {row[0]: row[1] for row in larger.rows_of(Post)}
        touches = [row[1:3] for row in larger.rows_of(Follow)]
        touches += [(row[2], author[row[1]]) for row in larger.rows_of(Like)]
        touches += [(row[2], author[row[1]]) for row in larger.rows_of(Comment)]
        assert len(blocks) == 3
        assert apart.isdisjoint(touches)

    def test_what_is_for_followers_is_touched_by_followers_alone(self, larger: Network) -> None:
        private = {row[0] for row in larger.rows_of(User) if row[5]}
        author = {row[0]: row[1] for row in larger.rows_of(Post) if row[3] == "FOLLOWERS" or row[1] in private}
        follows = {row[1:3] for row in larger.rows_of(Follow)}
        touches = [(row[2], author[row[1]]) for row in larger.rows_of(Like) if row[1] in author]
        touches += [(row[2], author[row[1]]) for row in larger.rows_of(Comment) if row[1] in author]
        assert len(private) == 6
        assert [pair for pair in touches if pair[0] != pair[1] and pair not in follows] == []

    def test_the_demo_account_follows_the_popular(self, larger: Network) -> None:
        followers = Counter(row[2] for row in larger.rows_of(Follow))
        demo_id = larger.rows_of(User)[0][0]
        followed = [row[2] for row in larger.rows_of(Follow) if row[1] == demo_id]
        assert len(followed) == 60
        assert {person for person, _ in followers.most_common(10)} <= set(followed)

    def test_messages_told_again_are_somebody_else_s(self, said: list[list[Turn]]) -> None:
        network = build(said[:60], people=150, seed=3, now=NOW)
        texts = Counter(row[2] for row in network.rows_of(Post))
        said_by = Counter((row[1], row[2]) for row in network.rows_of(Post))
        assert texts.most_common(1)[0][1] > 1
        assert said_by.most_common(1)[0][1] == 1

    @pytest.mark.parametrize(
        ("people", "now"), [(9, NOW), (60, datetime(2025, 12, 31, tzinfo=UTC)), (60, EPOCH + timedelta(hours=3))]
    )
    def test_too_few_people_and_an_unset_clock_are_refused(
        self, said: list[list[Turn]], people: int, now: datetime
    ) -> None:
        with pytest.raises(UserMistake):
            build(said, people=people, seed=1, now=now)

    def test_a_young_year_is_enough(self, said: list[list[Turn]]) -> None:
        network = build(said, people=20, seed=1, now=EPOCH + timedelta(days=2))
        assert all(row[6] >= EPOCH for row in network.rows_of(User))


class TestSuitable:
    @pytest.mark.parametrize(
        "text",
        [
            "The class assumes that Essex has a cocktail hour",
            "I hello-ed my way through Scunthorpe with shiitake and a hellish grapefruit",
            "In 2018 I ran 10 miles and drank 3.5 cups",
            "I like the therapist's analysis, e.g. of grapes",
        ],
    )
    def test_words_that_only_contain_coarse_ones_are_fine(self, text: str) -> None:
        assert is_suitable(text)

    @pytest.mark.parametrize(
        "text",
        [
            "What the HELL",
            "that is crappy",
            "Bullshit!",
            "I could kill myself",
            "write to ada@example.org",
            "see www.example.org/x",
            "it is on example.com somewhere",
            "call 801-555-1234",
            "call (801) 555 1234",
            "I live at 450 N University",
            "it's 12 Main street",
            "123456",
            "My name is Ada",
            "my snapchat is adal",
        ],
    )
    def test_coarse_words_and_traces_of_people_are_not(self, text: str) -> None:
        assert not is_suitable(text)

    @pytest.mark.parametrize("text", ["", "  ", "half a pair \ud800", "bell \x07"])
    def test_what_cannot_be_stored_is_left_out(self, text: str) -> None:
        assert cleaned(text) is None


class TestProgress:
    def test_is_quiet_where_nobody_watches(self) -> None:
        output = io.StringIO()
        with shown(Console(file=output)) as progress:
            progress("Loading", 0.5)
        assert output.getvalue() == ""

    def test_shows_a_bar_on_a_terminal(self) -> None:
        output = io.StringIO()
        with shown(Console(file=output, force_terminal=True, width=80)) as progress:
            progress("Loading", 0.5)
        assert "Loading" in output.getvalue()
        assert "50%" in output.getvalue()


def test_a_missing_data_set_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [])
    with pytest.raises(UserMistake, match="chitchat-dataset"):
        read_conversations()
