"""Headers are found as Starlette finds them."""

import pytest
from starlette.datastructures import Headers

from engine.headers import RequestHeaders

SENT = [(b"accept", b"a"), (b"accept", b"b"), (b"x-name", "ä".encode("latin-1")), (b"empty", b"")]


@pytest.mark.parametrize("name", ["accept", "Accept", "x-name", "empty", "missing"])
def test_a_name_is_found_as_by_starlette(name: str) -> None:
    ours, theirs = RequestHeaders({"headers": SENT}), Headers(raw=SENT)
    assert (ours.get(name), ours.get(name, "else")) == (theirs.get(name), theirs.get(name, "else"))
    assert (name in ours) == (name in theirs)
    assert ours.getlist(name) == theirs.getlist(name)
    assert ours == theirs


def test_what_was_not_sent_is_no_key() -> None:
    with pytest.raises(KeyError):
        RequestHeaders({"headers": SENT})["missing"]
