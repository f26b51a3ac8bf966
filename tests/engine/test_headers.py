"""Headers are found as Starlette finds them."""

import pytest
from starlette.datastructures import Headers

from engine.headers import headers_of

SENT = [(b"accept", b"a"), (b"accept", b"b"), (b"x-name", "ä".encode("latin-1")), (b"empty", b"")]


@pytest.mark.parametrize("name", ["accept", "x-name", "empty", "missing"])
def test_a_name_is_found_as_by_starlette(name: str) -> None:
    ours, theirs = headers_of({"headers": iter(SENT)}), Headers(raw=SENT)
    assert (ours.get(name), ours.get(name, "else")) == (theirs.get(name), theirs.get(name, "else"))
    assert (name in ours) == (name in theirs)
