"""Finding documents: whatever the store says, a hash means its text alone, and nothing is parsed without need."""

import pytest
from graphql import GraphQLError

from engine.clients import Kind
from engine.documents import ANYBODYS, Documents, sha256_of
from engine.lookup import Found, Lookup, Mode
from engine.parameters import Parameters
from engine.refusals import Refusal
from engine.trusted import Imported, Trusted
from schema.root import schema

LIMITS = "query Limits { serverInfo { limits { nodes } } }"


class Poisoned:
    """A store that somebody else can write to."""

    def __init__(self, kept: str | None) -> None:
        self.kept = kept
        self.asked = 0

    async def recent(self, sha256: str) -> str | None:
        self.asked += 1
        return self.kept

    async def register(self, sha256: str, text: str, client: str) -> None:
        self.kept = text


def lookup(store: Poisoned | None = None) -> tuple[Lookup, Documents]:
    documents = Documents(schema.types)
    return Lookup(documents, Trusted(documents), store), documents


async def find(found_by: Lookup, **members: object) -> Found:
    extensions = members.get("extensions") or {}
    query = members.get("query")
    assert isinstance(extensions, dict)
    asked_for = Parameters(query=str(query) if query else None, extensions=extensions, members=members)
    return await found_by.find(asked_for, {}, is_get=False)


def by_hash(text: str) -> dict[str, object]:
    return {"persistedQuery": {"version": 1, "sha256Hash": sha256_of(text)}}


@pytest.mark.parametrize("poison", ["{ viewer { id } }", LIMITS + " ", "", None])
async def test_what_a_store_gives_under_a_hash_is_hashed_again(poison: str | None) -> None:
    found_by, documents = lookup(Poisoned(poison))
    with pytest.raises(Refusal, match="PersistedQueryNotFound"):
        await find(found_by, extensions=by_hash(LIMITS))
    assert documents.parsed == 0


async def test_what_the_store_knows_is_fetched_and_parsed_once() -> None:
    store = Poisoned(LIMITS)
    found_by, documents = lookup(store)
    for _ in range(3):
        found = await find(found_by, extensions=by_hash(LIMITS))
        assert (found.document.text, found.kind, found.is_by_id) == (LIMITS, Kind.AUTOMATIC, True)
    assert (store.asked, documents.parsed) == (1, 1)


async def test_without_a_store_the_text_sent_along_is_enough() -> None:
    found_by, _ = lookup()
    found = await find(found_by, extensions=by_hash(LIMITS), query=LIMITS)
    assert (found.kind, found.registers) == (Kind.AUTOMATIC, True)
    await found_by.register(found.document, "ada")


async def test_an_operation_under_several_ids_outlives_one_of_them() -> None:
    found_by, documents = lookup()
    digest = documents.read(LIMITS).digest
    found_by.trusted.take([Imported("one", LIMITS, digest), Imported("two", LIMITS, digest)])
    found_by.trusted.take([Imported("two", LIMITS, digest, is_retired=True)])
    for found in (
        await find(found_by, documentId="one"),
        await find(found_by, extensions=by_hash(LIMITS)),
        await find(found_by, query=LIMITS.replace(" ", "\n")),
    ):
        assert found.kind is Kind.TRUSTED
    with pytest.raises(Refusal, match="No operation has this id"):
        await find(found_by, documentId="two")
    found_by.trusted.take([Imported("one", LIMITS, digest, is_retired=True)])
    assert (await find(found_by, query=LIMITS)).kind is Kind.AD_HOC


async def test_trusted_texts_are_parsed_when_they_are_first_asked_for() -> None:
    found_by, documents = lookup()
    found_by.trusted.take([Imported(f"limits-{number}", LIMITS, b"") for number in range(50)])
    assert documents.parsed == 0
    for number in range(50):
        await find(found_by, documentId=f"limits-{number}")
    assert documents.parsed == 1


async def test_no_number_of_other_documents_makes_a_trusted_one_be_read_again() -> None:
    documents = Documents(schema.types, max_bytes=200_000)
    found_by = Lookup(documents, Trusted(documents), Poisoned(None))
    found_by.trusted.take([Imported("limits", LIMITS, documents.read(LIMITS).digest)])
    first = await find(found_by, documentId="limits")
    for number in range(200):
        await find(found_by, query=f"query AdHoc{number} {{ viewer {{ id }} }}")
        registering = f"query Automatic{number} {{ viewer {{ id }} }}"
        found = await find(found_by, query=registering, extensions=by_hash(registering))
        await found_by.register(found.document, "eve")
        assert documents.bytes <= 200_000
    parsed = documents.parsed
    assert (await find(found_by, documentId="limits")).document is first.document
    assert (await find(found_by, extensions=by_hash(LIMITS))).document is first.document
    assert documents.parsed == parsed


@pytest.mark.parametrize(
    ("mode", "members"),
    [
        (Mode.OPEN, {"documentId": "limits"}),
        (Mode.ENFORCE, {"documentId": "limits"}),
        (Mode.ENFORCE, {"extensions": by_hash(LIMITS)}),
        (Mode.ENFORCE, {"extensions": by_hash(LIMITS), "query": LIMITS}),
        (Mode.ENFORCE, {"query": LIMITS}),
    ],
)
async def test_what_the_list_does_not_have_is_looked_for_once_more(mode: Mode, members: dict[str, object]) -> None:
    documents = Documents(schema.types)
    found_by = Lookup(documents, Trusted(documents), mode=mode)

    async def nothing_new() -> None:
        pass

    async def imported() -> None:
        found_by.trusted.take([Imported("limits", LIMITS, documents.read(LIMITS).digest)])

    for look_again in (None, nothing_new):
        found_by.look_again = look_again
        with pytest.raises(Refusal):
            await find(found_by, **members)
    found_by.look_again = imported
    for _ in range(2):
        assert (await find(found_by, **members)).kind is Kind.TRUSTED
    assert (found_by.uses.looks, found_by.uses.found) == (2, 1)


@pytest.mark.parametrize("members", [{"extensions": by_hash(LIMITS)}, {"query": LIMITS}, {"query": "{"}, {}])
async def test_what_has_nothing_to_do_with_the_list_is_not_looked_for(members: dict[str, object]) -> None:
    found_by, _ = lookup()
    found_by.look_again = never
    try:
        await find(found_by, **members)
    except GraphQLError:
        assert members != {"query": LIMITS}
    assert found_by.uses.looks == 0


async def never() -> None:
    raise AssertionError


async def test_a_trusted_text_is_answered_by_its_text_though_nobody_else_may_send_one_as_long() -> None:
    found_by, documents = lookup()
    long = LIMITS + "#" * ANYBODYS.characters
    found_by.trusted.take([Imported("long", long, b"")])
    assert (await find(found_by, query=long)).kind is Kind.TRUSTED
    with pytest.raises(Refusal, match="characters"):
        await find(found_by, query=long + "#")
    assert documents.parsed == 1
