"""Global ids: what is one of ours, and that nothing else is remembered."""

import base64

import pytest

from schema.nodes import global_id, opaque, parse_global_id


def _text(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def test_an_id_is_read_as_it_was_written() -> None:
    assert parse_global_id(global_id("Post", 7)) == ("Post", 7)


@pytest.mark.parametrize("text", ["Post:07", "post:7", "Post:7 ", "Post:-7", f"Post:{2**63}", f"P{'o' * 32}:7"])
def test_what_is_not_exactly_one_of_ours_is_none(text: str) -> None:
    assert parse_global_id(_text(text)) is None


def test_ids_that_clients_make_up_take_no_memory() -> None:
    before = opaque.cache_info().currsize
    for number in range(1, 200):
        parse_global_id(_text(f"Made{'x' * (number % 9)}:{number}"))
    assert opaque.cache_info().currsize == before
