"""Strangers' JSON: what a strict parser reads is read the same; the rest is refused, and soon."""

import json
import time
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import json_body
from engine.refusals import Refusal

_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | _TEXT,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(_TEXT, inner, max_size=5),
    max_leaves=30,
)


def refusal(body: bytes) -> str:
    with pytest.raises(Refusal) as refused:
        json_body.loads(body)
    assert (refused.value.status, refused.value.is_of_http) == (400, True)
    return refused.value.message


@given(_VALUES, st.booleans(), st.sampled_from([None, 0, 3]))
def test_all_json_within_the_limits_is_read_as_it_is(value: Any, escaped: bool, indent: int | None) -> None:
    body = json.dumps(value, ensure_ascii=escaped, indent=indent).encode()
    assert json_body.loads(body) == orjson.loads(body)


@given(st.binary(max_size=60) | st.text(alphabet='{}[]":,\\ 01ena', max_size=60).map(str.encode))
def test_what_the_parser_refuses_is_refused_and_the_rest_is_the_same(body: bytes) -> None:
    try:
        expected = orjson.loads(body)
    except orjson.JSONDecodeError:
        refusal(body)
        return
    if _holds_a_key_twice(body):
        assert "twice" in refusal(body)
    else:
        assert json_body.loads(body) == expected


def _holds_a_key_twice(body: bytes) -> bool:
    found = False

    def keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal found
        found = found or len(dict(pairs)) != len(pairs)
        return dict(pairs)

    json.loads(body, object_pairs_hook=keys)
    return found


@given(st.dictionaries(_TEXT, st.integers(0, 9), min_size=1, max_size=5), st.data())
def test_a_key_that_stands_twice_is_refused(members: dict[str, int], data: st.DataObject) -> None:
    again = data.draw(st.sampled_from(sorted(members)))
    pairs = [*members.items(), (again, 0)]
    body = "{" + ",".join(f"{json.dumps(key)} : {value}" for key, value in pairs) + "}"
    assert "twice" in refusal(f'{{"a": [{body}]}}'.encode())


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b"[" * 33 + b"]" * 33, "deep"),
        (b'{"a":' * 33 + b"1" + b"}" * 33, "deep"),
        (b"[" + b"9" * 41 + b"]", "digits"),
        (b"[1." + b"9" * 41 + b"]", "digits"),
        (b"[1e" + b"9" * 41 + b"]", "not JSON"),
        (b"[" + b"1," * 2_500 + b"1]", "values"),
        (b"[" + b"[]," * 1_250 + b"[]]", "values"),
        (b"[" + b'{"":1},' * 1_250 + b"1]", "values"),
        (b"[" + b"[],1," * 30_000 + b"1]", "values"),
        (b'{"a": 1, "\\u0061": 2}', "twice"),
        (b"NaN", "not JSON"),
        (b"[1,]", "not JSON"),
        (b'"\xff"', "not JSON"),
        (b'"\\ud800"', "not JSON"),
    ],
)
def test_what_is_beyond_a_limit_is_said(body: bytes, word: str) -> None:
    assert word in refusal(body)


def test_brackets_and_digits_inside_of_strings_do_not_count() -> None:
    text = "[{" * 100 + '\\"' + "9" * 100
    assert json_body.loads(orjson.dumps([text])) == [text]
    assert json_body.loads(b"[" * 32 + b"]" * 32)
    assert len(json_body.loads(b"[" + b"1," * 2_498 + b"1]")) == 2_499


@pytest.mark.parametrize(
    "body",
    [
        b'"' + b'\\"' * 65_000,
        b'"' * 131_071,
        b"[" * 131_072,
        b'""' + b" " * 131_000 + b":",
        b'{"":' * 32_768,
        b"\\" * 131_072,
        b"1" * 131_072,
    ],
)
def test_a_full_body_of_anything_is_refused_soon(body: bytes) -> None:
    seconds = []
    for _ in range(3):
        started = time.process_time()
        refusal(body)
        seconds.append(time.process_time() - started)
    # Read more than once, it would be seconds.
    assert min(seconds) < 0.02
