"""Manifests of operations, as the clients' tools write them, and whether a schema answers all that is in one.

| written by | form |
|---|---|
| Apollo's `generate-persisted-query-manifest` | `{"format": "apollo-persisted-query-manifest", "version": 1, "operations": [{"id", "body"}]}` |
| Relay's compiler, codegen's client preset, Hive | `{"<id>": "<text>"}` |
"""  # noqa: E501 - a table

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
from graphql import GraphQLError

from engine.documents import IMPORTED, Document, sha256_of
from engine.persisted import ID
from engine.pipeline import Schema

_APOLLO: Final = "apollo-persisted-query-manifest"
_SHA256: Final = "sha256:"
_SHOWN: Final = 20


class ManifestRefused(Exception):
    """Its text tells a person everything that is wrong."""


@dataclass(frozen=True, slots=True)
class Checked:
    """An operation that the schema answers, under the id it is to have."""

    id: str
    document: Document

    @property
    def names(self) -> str:
        return ", ".join(each.name or "(unnamed)" for each in self.document.operations)


def read(content: bytes) -> Mapping[str, str]:
    """Texts by id. Raises `ManifestRefused` for what is no manifest."""
    try:
        manifest = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise ManifestRefused(f"This is not JSON: {error}.") from None
    if isinstance(manifest, dict) and "format" in manifest:
        return _of_apollo(manifest)
    if not isinstance(manifest, dict) or not all(isinstance(text, str) for text in manifest.values()):
        raise ManifestRefused("This is neither Apollo's manifest nor an object of texts by their ids.")
    return manifest


def checked(schema: Schema[Any], texts: Mapping[str, str], meant: Mapping[str, str] = {}) -> list[Checked]:
    """All of them. Raises `ManifestRefused`, with the reasons, where a single one would not be answered.

    `meant` has the texts that ids have had before, and keep.
    """
    good, wrong = [], []
    for name, text in texts.items():
        try:
            if meant.get(name, text) != text:
                raise ManifestRefused("the id means another text")
            good.append(Checked(name, _check(schema, name, text)))
        except (GraphQLError, ManifestRefused) as problem:
            said = problem.message if isinstance(problem, GraphQLError) else str(problem)
            wrong.append(f"{name[:256]}: {said}")
    if wrong:
        raise ManifestRefused("\n".join(_summary(wrong)))
    return good


def _of_apollo(manifest: Mapping[str, Any]) -> Mapping[str, str]:
    if manifest["format"] != _APOLLO or manifest.get("version") != 1:
        raise ManifestRefused(f"Of manifests with a format, only version 1 of {_APOLLO} is read.")
    try:
        pairs = [(each["id"], each["body"]) for each in manifest["operations"]]
    except (KeyError, TypeError):
        raise ManifestRefused("Each operation of the manifest has an `id` and a `body`.") from None
    if not all(isinstance(name, str) and isinstance(text, str) for name, text in pairs):
        raise ManifestRefused("An operation's `id` and `body` are texts.")
    if len(dict(pairs)) != len(set(pairs)):
        raise ManifestRefused("The manifest has one id for two texts.")
    return dict(pairs)


def _check(schema: Schema[Any], name: str, text: str) -> Document:
    if not ID.fullmatch(name):
        raise ManifestRefused("an id has at most 256 plain characters")
    if name.startswith(_SHA256) and name != _SHA256 + sha256_of(text):
        raise ManifestRefused("the id is not the hash of the text")
    document = schema.documents.read(text, IMPORTED)
    if errors := schema.documents.validate(document):
        raise errors[0]
    if not document.operations:
        raise ManifestRefused("the document has no operation")
    for operation in document.operations:
        # Where a variable says how much, as if it were not given.
        schema.ask(document, operation.name, {})
    return document


def _summary(wrong: Iterable[str]) -> Iterator[str]:
    lines = list(wrong)
    yield f"Nothing was imported, for {len(lines)} of the operations would not be answered:"
    yield from lines[:_SHOWN]
    if len(lines) > _SHOWN:
        yield f"and {len(lines) - _SHOWN} more."
