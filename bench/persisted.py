"""What naming an operation saves Plaza, against sending its text: part of `make figures`."""

from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from typing import Final

import orjson
from starlette.types import ASGIApp

from bench import report
from bench.inside import ask, measured, plaza
from bench.networks import Network
from bench.operations import OPERATIONS, Operation, refusal
from bench.readers import Reader, readers
from engine import manifests
from engine.documents import sha256_of
from schema.root import schema
from server.operation_list import trust

RESULT: Final = Path(__file__).parent / "results" / "persisted.md"
TRIES: Final = 60
_PEOPLE: Final = 2000
_NAMES: Final = ("public_feed", "profile", "post_page", "search_users")

_TEXT: Final = """# Persisted operations

{machine}

{versions}. CPU of the process for one request through the whole application, without a socket, in milliseconds:
the least of {tries}, and the median. Ways take turns. “A new text” is another one each time, as clients send that
write values into their texts. Made by `make figures`.

| operation | {heads} |
|---|{lines}
{rows}
"""

Body = Callable[[Operation, Reader, int], Mapping[str, object]]


def _by_id(operation: Operation, reader: Reader, _: int) -> Mapping[str, object]:
    return {"documentId": operation.name, "variables": operation.variables(reader)}


def _by_hash(operation: Operation, reader: Reader, _: int) -> Mapping[str, object]:
    return {
        "extensions": {"persistedQuery": {"version": 1, "sha256Hash": sha256_of(_text(operation))}},
        "variables": operation.variables(reader),
    }


def _by_text(operation: Operation, reader: Reader, _: int) -> Mapping[str, object]:
    return {"query": _text(operation), "variables": operation.variables(reader)}


def _by_new_text(operation: Operation, reader: Reader, number: int) -> Mapping[str, object]:
    return {"query": _text(operation, f"New{number}"), "variables": operation.variables(reader)}


def _text(operation: Operation, name: str = "Known") -> str:
    """Another than that which is trusted."""
    return operation.text.replace("query ", f"query {name}", 1)


_WAYS: Final[Mapping[str, Body]] = {
    "`documentId`": _by_id,
    "a registered hash": _by_hash,
    "a known text": _by_text,
    "a new text": _by_new_text,
}


def main() -> None:
    machine = report.machine()
    rows = measured(_PEOPLE, _measured)
    text = _TEXT.format(
        machine=machine,
        versions=report.versions("graphql-core", "strawberry-graphql"),
        tries=TRIES,
        heads=" | ".join(_WAYS),
        lines="---:|" * len(_WAYS),
        rows="\n".join(rows),
    )
    RESULT.write_text(text)
    print(text)


async def _measured(network: Network) -> list[str]:
    chosen = [operation for operation in OPERATIONS if operation.name in _NAMES]
    people = await readers(network.owner_url, TRIES)
    async with plaza(network) as app:
        texts = {operation.name: operation.text for operation in chosen}
        await trust(app.state.services.stores, manifests.checked(schema, texts))
    # Started anew, for a process takes what is trusted when it starts.
    async with plaza(network) as app:
        return [await _row(app, operation, people) for operation in chosen]


async def _row(app: ASGIApp, operation: Operation, people: list[Reader]) -> str:
    took: dict[str, list[float]] = {way: [] for way in _WAYS}
    registering = {**_by_text(operation, people[0], 0), **_by_hash(operation, people[0], 0)}
    await _ask(app, registering, 0)
    for number, reader in enumerate(people):
        for way, body in _WAYS.items():
            took[way].append(await _ask(app, body(operation, reader, number), number))
    cells = [f"{1000 * min(each):.2f} ({1000 * median(each):.2f})" for each in took.values()]
    return f"| `{operation.name}` | " + " | ".join(cells) + " |"


async def _ask(app: ASGIApp, members: Mapping[str, object], number: int) -> float:
    # From addresses of their own, so that no limit is met.
    ip = f"10.0.{number // 250}.{number % 250 + 1}"
    answer, took = await ask(app, orjson.dumps(members), headers={"content-type": "application/json"}, ip=ip)
    assert refusal(answer) is None, answer
    return took


if __name__ == "__main__":
    main()
