"""The hot operations: the documents that people's clients send all day, and what each of them asks about."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import orjson

from bench.readers import Reader
from server.demo import DEMO_PASSWORD, DEMO_USERNAME

DOCUMENTS: Final = Path(__file__).parent / "documents"
Variables: TypeAlias = dict[str, Any]

# What people talk about in the demonstration network.
# Each fills a page in the smallest of the networks that are compared.
_WORDS = ("weather", "research", "music", "weekend", "chocolate", "movie -bad")


@dataclass(frozen=True)
class Operation:
    """`variables` of the reader's request, by what the network holds for them."""

    name: str
    variables: Callable[[Reader], Variables]
    is_signed_in: bool = True

    @property
    def text(self) -> str:
        return (DOCUMENTS / f"{self.name}.graphql").read_text()


OPERATIONS: Final = (
    Operation("home_feed", lambda _: {}),
    Operation("public_feed", lambda _: {}, is_signed_in=False),
    Operation("post_page", lambda reader: {"post": reader.talk}),
    Operation("thread", lambda reader: {"post": reader.talk}),
    Operation("profile", lambda reader: {"username": reader.stranger_name}),
    Operation("followers", lambda reader: {"username": reader.stranger_name}),
    Operation("following", lambda reader: {"username": reader.stranger_name}),
    Operation("search_users", lambda reader: {"query": reader.stranger_first_name}),
    Operation("search_posts", lambda reader: {"query": _WORDS[reader.place % len(_WORDS)]}),
    Operation("node", lambda reader: {"id": reader.post}),
    Operation("viewer", lambda _: {}),
    Operation("like_post", lambda reader: {"post": reader.post}),
    Operation("follow", lambda reader: {"user": reader.stranger}),
    Operation("create_post", lambda reader: {"text": f"Post {reader.place}, heard on the plaza"}),
    Operation("create_comment", lambda reader: {"post": reader.talk, "text": f"So say I, {reader.username}"}),
    Operation("login", lambda _: {"name": DEMO_USERNAME, "password": DEMO_PASSWORD}, is_signed_in=False),
)


def body(text: str, variables: Variables) -> bytes:
    """An operation as it is posted."""
    return orjson.dumps({"query": text, "variables": variables})


def refusal(answer: bytes) -> str | None:
    """Why an answer is not what was asked for, or `None` if it is."""
    try:
        parsed = orjson.loads(answer)
    except orjson.JSONDecodeError:
        return f"no JSON: {answer[:80]!r}"
    if errors := parsed.get("errors"):
        return f"{errors[0].get('extensions', {}).get('code')}: {errors[0]['message']}"
    for field, value in parsed["data"].items():
        if value is None:
            return f"{field} is null"
        if "message" in value:
            return f"{value['__typename']}: {value['message']}"
    return None
