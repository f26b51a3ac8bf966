"""Requests that Plaza refuses, gate by gate as strong as they come, and what one costs who refuses it.

The least of many tries counts: all that others do on the machine only ever adds.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network
from itertools import pairwise
from typing import Any, Final
from zlib import crc32

import orjson
from starlette.types import ASGIApp

from bench.inside import ask
from engine.codes import ErrorCode
from engine.documents import ANYBODYS
from engine.endpoint import BODY_MAX, URL_MAX
from engine.guard import COUNTED, MEASURED, ROOT_LIMITS
from engine.json_body import DEPTH, DIGITS, VALUES

# Of CPU, that any of them may cost.
MILLISECONDS: Final = 5.0
TRIES: Final = 60
# So many of a kind may be answered before the bucket that refuses it is empty.
_MOST_ANSWERED: Final = 1_000
_MOST: Final = {limit.measure: limit.most for limit in (*COUNTED, *MEASURED)}
_ROOTS: Final = {kind.value: limit.most for kind, limit in ROOT_LIMITS.items()}
_PAGE: Final = "{edges{node{%s}}}"
_JSON: Final = {"content-type": "application/json"}
# Stands for another name at each try, for a document that was read is known.
_NAME: Final = b"TRY"
_BENCHMARKS: Final = IPv4Network("198.18.0.0/15")
_NO_ID: Final = "sha256:" + "0" * 64


@dataclass(frozen=True)
class Case:
    """A request and the code it is refused with; `words` are of the message, where one code has many reasons."""

    name: str
    code: ErrorCode
    words: str = ""
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=lambda: _JSON)
    method: str = "POST"
    path: str = "/graphql"
    query_string: bytes = b""

    def ip(self, number: int) -> str:
        """Each request comes from another address, unless it is their number that is refused."""
        of = self.name if self.code is ErrorCode.RATE_LIMITED else f"{self.name} {number}"
        return str(_BENCHMARKS[crc32(of.encode()) % _BENCHMARKS.num_addresses])


@dataclass(frozen=True)
class Cost:
    """Of one refusal, in milliseconds of CPU."""

    case: Case
    milliseconds: float
    size: int


class NotRefused(Exception):
    """What was measured would have been something else."""


async def cost(app: ASGIApp, case: Case, tries: int = TRIES) -> Cost:
    """Raises `NotRefused` if anything else comes of it, unless that is what fills a bucket first."""
    least, refused, answered = float("inf"), 0, 0
    while refused < tries:
        body = case.body.replace(_NAME, b"t%d" % (refused + answered))
        answer, took = await ask(
            app,
            body,
            headers={"content-length": str(len(body)), **case.headers},
            method=case.method,
            path=case.path,
            query_string=case.query_string,
            ip=case.ip(refused + answered),
        )
        if _is_refused(answer, case):
            least, refused = min(least, took), refused + 1
        elif case.code is ErrorCode.RATE_LIMITED and answered < _MOST_ANSWERED:
            answered += 1
        else:
            raise NotRefused(f"{case.name}: {answer[:300]!r}")
    return Cost(case, 1000 * least, len(case.body) + len(case.query_string))


def _is_refused(answer: bytes, case: Case) -> bool:
    errors = orjson.loads(answer).get("errors") or [{"message": "", "extensions": {"code": ""}}]
    return errors[0]["extensions"]["code"] == case.code and case.words in errors[0]["message"]


def _asking(text: str, variables: Mapping[str, Any] | None = None, **members: Any) -> bytes:
    return orjson.dumps({"query": text, "variables": variables or {}, **members})


def _too_complex(name: str, words: str, text: str, variables: Mapping[str, Any] | None = None) -> Case:
    return Case(name, ErrorCode.QUERY_TOO_COMPLEX, words, _asking(text, variables))


def _chains() -> Iterator[Case]:
    """665 bytes of these keep some libraries' limiters busy for seconds, and twice as long for each link more."""
    links = {
        "plain": "fragment F%d on Query{...F%d ...F%d}",
        "with aliases": "fragment F%d on Query{a:__typename ...F%d b:__typename ...F%d}",
        "inline": "fragment F%d on Query{...{...F%d}...on Query{...F%d}}",
        "with directives": "fragment F%d on Query{...F%d@include(if:true)...F%d@skip(if:false)}",
    }
    for name, link in links.items():
        for length in (18, 40, 60):
            chain = "".join(link % (n, n + 1, n + 1) for n in range(length))
            text = f"{{...F0}}{chain}fragment F{length} on Query{{viewer{{id}}}}"
            yield _too_complex(f"{length} fragments that each spread the next twice, {name}", "at most", text)
    meeting = "".join(
        f"fragment {way}{n} on Comment{{parent{{...{way}{n + 1}}}parent{{...{way}{n + 1} id}}}}"
        for way in "FG"
        for n in range(9)
    )
    ends = "".join(f"fragment {way}9 on Comment{{parent{{id}}}}" for way in "FG")
    yield _too_complex("two such chains that meet", "fields", f'{{node(id:"x"){{...F0 ...G0}}}}{meeting}{ends}')
    names = [first + second for first in "abcdefghijklmnopqrstuvwxyz" for second in "abcdefghijklmnopqrstuvwxyz"]
    names = [name for name in names if name != "on"][:42]
    line = "".join(f"fragment {name} on Query{{...{after}}}" for name, after in pairwise(names))
    yield _too_complex("41 fragments in a line", "fragments", f"{{...aa}}{line}")


def _documents() -> Iterator[Case]:
    page, deep = _PAGE % "id", "id"
    for _ in range(_MOST["depth"]):
        deep = f"author{{posts{_PAGE % deep}}}"
    yield _too_complex("a text of 8 KiB and one sign", "characters", "#" * (ANYBODYS.characters + 1))
    yield _too_complex("one word too many", "words", "{viewer{" + "id " * (ANYBODYS.words - 5) + "}}}")
    hundred = "".join(f"f{number} " for number in range(100))
    six = "".join(f"a{number}:viewer{{...F}}" for number in range(6))
    yield _too_complex("600 fields", "500 fields", f"{{{six}}}fragment F on User{{{hundred}}}")
    yield _too_complex("140 times the same field", "repeated", "{viewer{" + "id " * 140 + "}}")
    yield _too_complex(
        "150 fields beside each other, and one", "beside", f"{{viewer{{{hundred}{hundred[:-10]}}}}}"
    )
    spread = f"{{viewer{{...F ...F id}}}}fragment F on User{{{hundred}}}"
    yield _too_complex("201 fields beside each other, by fragments", "beside", spread)
    yield _too_complex("13 levels and more", "levels", f"{{publicFeed{_PAGE % deep}}}")
    yield _too_complex("31 aliases", "aliases", "{viewer{" + "".join(f"a{n}:id " for n in range(31)) + "}}")
    yield _too_complex("51 directives", "directives", "{viewer{" + f"id{3 * '@skip(if:false)'} " * 17 + "}}")
    yield _too_complex("6 directives on one field", "on one", "{viewer{id" + "@skip(if:false)" * 6 + "}}")
    for kind, most in _ROOTS.items():
        roots = "".join(f"a{number}:__typename " for number in range(most + 1))
        yield _too_complex(f"{most + 1} fields at the root of a {kind}", "root fields", f"{kind}{{{roots}}}")
    dear = f"publicFeed(first:%s){_PAGE % f'comments(first:%s){page}'}"
    yield _too_complex("pages of a hundred in pages of a hundred", "points", f"{{TRY:{dear % (100, 100)}}}")
    by_variables = f"query($n:Int){{TRY:{dear % ('$n', '$n')}}}"
    yield _too_complex("the same by variables", "points", by_variables, {"n": 100})


def _unreadable() -> Iterator[Case]:
    """Documents that have to be read to know what is wrong with them."""
    wrong = {
        "a syntax error as the last of 400 words": "{viewer{" + "".join(f"f{n}(a:1)" for n in range(66)),
        "a text that never ends": '{viewer(a:""" ' + '\\"""' * 2000,
        "a comment of 8 KiB and a brace": "#" * (ANYBODYS.characters - 2) + "\n{",
        "a syntax error after a block of 7 KiB": '{viewer(a:"""' + "\n a" * 2400 + '"""){id(}}',
    }
    for name, text in wrong.items():
        yield Case(name, ErrorCode.GRAPHQL_PARSE_FAILED, "", _asking(text))
    spread = "".join(f"...F{number} " for number in range(25))
    same = "".join(f"fragment F{number} on PostConnection{{edges{{node{{id}}}}}}" for number in range(25))
    meeting = {
        "25 fragments of the same fields": f"{{publicFeed{{{spread}}}}}{same}",
        "34 inline ones": '{node(id:"x"){' + "...on Post{author{id}}" * 34 + "}}",
    }
    for name, text in meeting.items():
        yield _too_complex(name, "pairs", text)
    circle = "".join(f"fragment F{number} on User{{...F{(number + 1) % 39}}}" for number in range(39))
    yield _too_complex("39 fragments in a circle", "selections", f"{{viewer{{...F0}}}}{circle}")
    twice = "mutation{" + '%s:login(input:{username:"a",password:"b"}){__typename}' * 2 % ("a", "TRY") + "}"
    yield Case("two sign-ins by alias", ErrorCode.BAD_REQUEST, "once", _asking(twice))
    several = "{TRY:viewer{id}}" + "{viewer{id}}" * 39
    yield Case("40 operations and no name", ErrorCode.BAD_REQUEST, "operationName", _asking(several))


def _invalid() -> Iterator[Case]:
    """Documents that have to be validated as far as their tenth error, and large ones that have fewer."""
    unused = "".join(f"fragment F{number} on User{{id}}" for number in range(39))
    unknown = " ".join(f"a{number}" for number in range(149))
    unknown_types = " ".join(f"$a{number}:X" for number in range(90))
    people = "".join(
        f'a{n}:user(username:"x"){{...on User{{id username posts{{totalCount}}}}}}' for n in range(18)
    )
    wrong = {
        "150 fields that are not there": f"{{viewer{{TRY {unknown}}}}}",
        "39 fragments that nobody spreads": f"{{TRY:viewer{{id}}}}{unused}",
        "149 fragments that are not there": f"{{TRY:viewer{{{unknown.replace('a', '...F')}}}}}",
        "90 variables of no type": f"query TRY({unknown_types}){{viewer{{id}}}}",
        "180 variables that are not there": "{TRY:nodes(ids:[" + "$a " * 180 + "]){id}}",
        "380 values of another type": "{TRY:nodes(ids:[" + "1.5 " * 380 + "]){id}}",
        "an object of 125 unknown members": f"mutation TRY{{createPost(input:{{{'a:1 ' * 125}}}){{__typename}}}}",
        "an object with a text of 7 KiB": f'mutation TRY{{createPost(input:{{a:"{"é" * 7_500}"}}){{__typename}}}}',
        "460 pairs of fields, and one unknown": f"{{TRY:publicFeed{{{'edges{node{id}}' * 18} a}}}}",
        "a text of 7 KiB of escaped signs": '{TRY:user(username:"' + "\\n" * 3600 + '"){id a}}',
        "380 words, and one unknown": f"{{TRY:viewer{{id a}}{people}}}",
    }
    for name, text in wrong.items():
        yield Case(name, ErrorCode.GRAPHQL_VALIDATION_FAILED, "", _asking(text))


def _bodies() -> Iterator[Case]:
    def bad(name: str, words: str, body: bytes, **headers: str) -> Case:
        return Case(name, ErrorCode.BAD_REQUEST, words, body, {**_JSON, **headers})

    def filled(part: bytes) -> bytes:
        return b"[" + part * ((BODY_MAX - 3) // len(part)) + b"1]"

    yield bad("128 KiB of junk", "not JSON", bytes(range(256)) * (BODY_MAX // 256))
    yield bad("128 KiB of opening brackets", "values", b"[" * BODY_MAX)
    yield bad("128 KiB of closing brackets", "not JSON", b"]" * BODY_MAX)
    yield bad("128 KiB of quotes", "values", b'"' * BODY_MAX)
    yield bad("128 KiB of lone surrogates", "not JSON", b'"' + b"\\ud800" * (BODY_MAX // 6 - 1) + b'"')
    yield bad("128 KiB of one number", "not JSON", b"1" * BODY_MAX)
    yield bad("128 KiB of numbers", "values", filled(b"1,"))
    yield bad("128 KiB of empty lists", "values", filled(b"[],"))
    yield bad("128 KiB of small objects", "values", filled(b'{"":1},'))
    yield bad("2,400 numbers of 40 digits", "batches", b"[" + (b"1" * DIGITS + b",") * 2_400 + b"1]")
    yield bad("one level too deep", "deep", b'{"variables":' * (DEPTH + 1) + b"1" + b"}" * (DEPTH + 1))
    yield bad(
        "128 KiB of them, and one of 41",
        "digits",
        filled(b"1" * DIGITS + b",")[: -DIGITS - 2] + b"1" * DIGITS + b"1]",
    )
    members = b",".join(b'"%d":1' % number for number in range(VALUES - 2))
    yield bad("the last of 2,500 keys twice", "twice", b"{" + members + b',"0":1}')
    yield bad("a batch", "batches", b"[" + b",".join([_asking("{viewer{id}}")] * 100) + b"]")
    yield bad("a body of 128 KiB and a byte", "at most", b" " * (BODY_MAX + 1))
    yield bad("the same, unannounced", "at most", b" " * (BODY_MAX + 1), **{"content-length": "0"})
    yield bad("UTF-16", "not JSON", "{}".encode("utf-16"))
    yield bad("another content type", "Send application/json", b"{}", **{"content-type": "text/plain"})
    yield bad("a compressed body", "uncompressed", b"{}", **{"content-encoding": "gzip"})
    long = "query($q:SafeText!){user(username:$q){id}}"
    yield Case(
        "120 KiB in one variable",
        ErrorCode.BAD_USER_INPUT,
        "",
        _asking(long, {"q": ["x" * 120_000]}),
    )


def _requests() -> Iterator[Case]:
    def bad(name: str, words: str, **of: Any) -> Case:
        return Case(name, ErrorCode.BAD_REQUEST, words, **of)

    yield bad("another method", "POST an operation", method="PUT")
    yield bad("60 KiB of media types", "accept one", headers={**_JSON, "accept": "text/html;q=0.1," * 3800})
    yield bad("an address of 16 KiB", "address", method="GET", query_string=b"query=" + b"%41" * (URL_MAX // 3))
    yield bad("a name twice in the address", "twice", method="GET", query_string=b"query=a&query=b")
    yield bad("another site's page", "site", method="GET", headers={"sec-fetch-site": "cross-site"})
    yield bad("a mutation by GET", "only reads", method="GET", query_string=b"query=mutation{logout{__typename}}")


def _ids() -> Iterator[Case]:
    text = "{viewer{id}}" + " " * (16 * 1024 - 12)
    named = {"version": 1, "sha256Hash": "0" * 64}
    by_hash = {"extensions": {"persistedQuery": named}}
    not_in_list = ErrorCode.PERSISTED_QUERY_NOT_IN_LIST
    yield Case("an id nobody knows", not_in_list, body=orjson.dumps({"documentId": _NO_ID}))
    yield Case("the same in the path", not_in_list, method="GET", path=f"/graphql/{_NO_ID}", headers={})
    yield Case("a hash nobody knows", ErrorCode.PERSISTED_QUERY_NOT_FOUND, body=orjson.dumps(by_hash))
    yield Case(
        "another hash than that of its 16 KiB",
        ErrorCode.PERSISTED_QUERY_HASH_MISMATCH,
        body=_asking(text, **by_hash),
    )
    yield Case("an id and a text", ErrorCode.CANNOT_SEND_PQ_ID_AND_BODY, body=_asking(text, documentId=_NO_ID))
    bad_token = {**_JSON, "authorization": "Bearer " + "x" * 8_000}
    yield Case("a token that is none", ErrorCode.UNAUTHENTICATED, body=_asking("{viewer{id}}"), headers=bad_token)
    feed = f"{{publicFeed(first:100){_PAGE % 'id'}}}"
    yield Case("a syntax error, after 300 others", ErrorCode.RATE_LIMITED, body=_asking("{viewer{"))
    yield Case("no points or requests left", ErrorCode.RATE_LIMITED, body=_asking(feed))


CASES: Final[Sequence[Case]] = (
    *_chains(),
    *_documents(),
    *_bodies(),
    *_requests(),
    *_ids(),
    *_unreadable(),
    *_invalid(),
)
