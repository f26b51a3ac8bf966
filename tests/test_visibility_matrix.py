"""One visibility policy in every field, list, search and mutation: no path of the schema is left out."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from schema.context import Services
from tests.conftest import Api, Empty
from tests.dose import IS_FULL
from tests.factories import Person
from tests.matrix import network as networks
from tests.matrix import paths
from tests.matrix.deeds import DEEDS, OWN, SHOWN, Deed, document
from tests.matrix.network import LOOKING, Network, absent
from tests.matrix.policy import Sight
from tests.matrix.rows import ROWS
from tests.saved import Saved
from tests.tables import Tables

KINDS = sorted(paths.CONTENT - {"Node"})


@pytest.fixture(scope="module")
async def network(process: Services, empty: Empty) -> AsyncIterator[Network]:
    yield await networks.build(process.stores.sessions)
    await empty()


@pytest.fixture(scope="module")
async def saved(network: Network, tables: Tables) -> AsyncIterator[Saved]:
    saved = Saved(tables)
    await saved.save()
    yield saved
    await saved.drop()


@pytest.fixture
def api(process: Services) -> Api:
    return Api(process)


def test_every_field_that_reads_content_has_a_row() -> None:
    assert sorted(ROWS) == sorted(paths.reading_paths())


def test_every_place_of_content_in_a_mutations_answer_has_a_row() -> None:
    assert sorted(SHOWN | OWN) == sorted(paths.writing_paths())


def test_every_id_that_a_mutation_is_aimed_at_has_a_row() -> None:
    assert sorted(deed.target for deed in DEEDS) == sorted(paths.targets())


@pytest.mark.parametrize("viewer", LOOKING)
@pytest.mark.parametrize("path", sorted(ROWS))
async def test_a_viewer_reads_what_the_policy_says(
    path: str, viewer: str | None, api: Api, network: Network
) -> None:
    row = ROWS[path]
    answer = await _asked(api, network, viewer, row.documents(network))
    if viewer is None and row.needs_sign_in:
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["UNAUTHENTICATED"]
    else:
        assert answer == {"data": row.expected(Sight(network, viewer))}


@pytest.mark.parametrize("viewer", LOOKING)
@pytest.mark.parametrize("path", sorted(paths.connections()))
async def test_what_is_hidden_neither_shortens_a_page_nor_shows_in_its_ends(
    path: str, viewer: str | None, api: Api, network: Network
) -> None:
    row = ROWS[path]
    if viewer is None and row.needs_sign_in:
        return
    two = [
        re.sub(r"first: \d+\) {", "first: 2) { pageInfo { hasNextPage }", text) for text in row.documents(network)
    ]
    answer = await _asked(api, network, viewer, two)
    assert answer == {"data": _first_two(row.expected(Sight(network, viewer)))}


@pytest.mark.parametrize("path", sorted(ROWS))
def test_a_row_tells_viewers_apart(path: str, network: Network) -> None:
    expected = {json.dumps(ROWS[path].expected(Sight(network, viewer))) for viewer in LOOKING}
    assert len(expected) >= 4


@pytest.mark.parametrize("viewer", LOOKING)
@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.target)
async def test_who_may_not_see_a_target_learns_no_more_than_of_one_that_is_not_there(
    deed: Deed, viewer: str | None, api: Api, network: Network, saved: Saved, fresh_limits: Empty
) -> None:
    see = Sight(network, viewer)
    nowhere: dict[str, Any] = {}
    for thing in _aimed_at(deed, network, viewer):
        if viewer is None or not deed.finds(see, thing):
            besides = json.dumps(deed.input(thing))
            if besides not in nowhere:
                nowhere[besides] = await _do(deed, api, network, viewer, thing, absent(deed.kind))
            hidden = await _do(deed, api, network, viewer, thing, _gid(network, thing))
            assert json.dumps(hidden) == json.dumps(nowhere[besides]), thing
            await fresh_limits()
    assert set(await saved.changed()) <= {"audit_log"}, "more than a trace of what was tried"


@pytest.mark.parametrize("viewer", [name for name in LOOKING if name is not None])
@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.target)
async def test_who_may_see_a_target_finds_it_and_is_shown_nothing_else(
    deed: Deed, viewer: str, api: Api, network: Network, saved: Saved, fresh_limits: Empty
) -> None:
    see = Sight(network, viewer)
    found = [thing for thing in _aimed_at(deed, network, viewer) if deed.finds(see, thing)]
    try:
        for thing in found:
            answer = await _do(deed, api, network, viewer, thing, _gid(network, thing))
            value = answer["data"][deed.mutation]
            assert value["__typename"] != "NotFound", thing
            assert value.get("field") != deed.key or thing == viewer, thing
            assert set(_ids(value)) & _gids(network) <= deed.sight_after(network, viewer, thing).gids(), thing
            await fresh_limits()
    finally:
        await saved.restore()


@pytest.mark.parametrize("kind", KINDS)
async def test_counts_are_facts_equal_for_everyone_who_sees_whose_they_are(
    kind: str, api: Api, network: Network
) -> None:
    counts = [name for name in paths.scalars(kind, "Int") if name.endswith("Count")]
    lists = [path.partition(".")[2] for path in paths.connections() if path.startswith(f"{kind}.")]
    asked = " ".join([*counts, *(f"{name}(first: 1) {{ totalCount }}" for name in lists)])
    told: dict[str, set[str]] = {}
    for viewer in LOOKING:
        query = f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on {kind} {{ id {asked} }} }} }}"
        answer = await api.raw(query, viewer=_who(network, viewer), ids=_all(network, kind))
        for node in filter(None, answer["data"]["nodes"]):
            for name in [*counts, *lists]:
                if node[name] is not None:
                    told.setdefault(f"{node['id']} {name}", set()).add(json.dumps(node[name]))
    assert {what: values for what, values in told.items() if len(values) != 1} == {}
    assert len(told) >= len(_all(network, kind)) * len([*counts, *lists]) // 2


@pytest.mark.parametrize("kind", KINDS)
async def test_to_the_anonymous_whatever_concerns_the_viewer_is_false(
    kind: str, api: Api, network: Network
) -> None:
    flags = [name for name in paths.scalars(kind, "Boolean") if "viewer" in name.lower()]
    query = f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on {kind} {{ {' '.join(flags)} }} }} }}"
    answer = await api.raw(query, ids=_all(network, kind))
    seen = [node for node in answer["data"]["nodes"] if node]
    assert seen == [dict.fromkeys(flags, False)] * len(seen) != []


async def _do(deed: Deed, api: Api, network: Network, viewer: str | None, thing: Any, gid: str) -> dict[str, Any]:
    given = {**deed.input(thing), deed.key: gid}
    return await api.raw(document(deed), viewer=_who(network, viewer), input=given)


def _aimed_at(deed: Deed, network: Network, viewer: str | None) -> list[Any]:
    """Everything; in a small dose a third, another one for each viewer and deed."""
    first = (LOOKING.index(viewer) + DEEDS.index(deed)) % 3
    return list(deed.things(network)) if IS_FULL else list(deed.things(network))[first::3]


def _first_two(value: Any) -> Any:
    """The answer with every list cut to its first page of two."""
    if isinstance(value, dict) and "edges" in value:
        edges = value["edges"]
        return {"pageInfo": {"hasNextPage": len(edges) > 2}, "edges": edges[:2]}
    if isinstance(value, dict):
        return {name: _first_two(each) for name, each in value.items()}
    return [_first_two(each) for each in value] if isinstance(value, list) else value


async def _asked(api: Api, network: Network, viewer: str | None, documents: list[str]) -> dict[str, Any]:
    """One answer with the data of all of them, or the first that has errors."""
    data: dict[str, Any] = {}
    for text in documents:
        answer = await api.raw(text, viewer=_who(network, viewer))
        if "errors" in answer:
            return answer
        data |= answer["data"]
    return {"data": data}


def _who(network: Network, name: str | None) -> Person | None:
    return None if name is None else network.people[name]


def _gid(network: Network, thing: Any) -> str:
    gid: str = network.people[thing].gid if isinstance(thing, str) else thing.gid
    return gid


def _all(network: Network, kind: str) -> list[str]:
    things: dict[str, Any] = {
        "User": network.people.values(),
        "Post": network.posts,
        "Comment": network.comments,
    }
    return [thing.gid for thing in things[kind]]


def _gids(network: Network) -> set[str]:
    return {gid for kind in KINDS for gid in _all(network, kind)}


def _ids(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (each for name, each in value.items() if name == "id")
        for each in value.values():
            yield from _ids(each)
