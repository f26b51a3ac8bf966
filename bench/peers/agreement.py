"""Before anything is measured: everybody answers the same, to the byte."""

from collections.abc import Sequence
from difflib import unified_diff
from typing import Final

import orjson

from bench.harness import WrongAnswer
from bench.peers.lanes import Lane

ANSWERS: Final = 50


def agree(lanes: Sequence[Lane], answers: int = ANSWERS) -> None:
    """Raises `WrongAnswer` with the difference, or for a page that is not full."""
    for number in range(answers):
        expected = _canonical(lanes[0].answer(number))
        if (posts := expected.count(b'"cursor":')) != 20:
            raise WrongAnswer(f"{lanes[0].name} shows {posts} posts, not 20: {expected[:200].decode()}")
        for lane in lanes[1:]:
            _compare(lanes[0].name, expected, lane.name, _canonical(lane.answer(number)))


def _canonical(answer: bytes) -> bytes:
    """As the smallest writer of JSON would have it: spaces and escapes are nobody's merit. The order stays."""
    try:
        return orjson.dumps(orjson.loads(answer))
    except orjson.JSONDecodeError:
        return answer


def _compare(one: str, expected: bytes, other: str, answer: bytes) -> None:
    if answer != expected:
        lines = unified_diff(_lines(expected), _lines(answer), one, other, lineterm="")
        raise WrongAnswer("\n".join([f"{other} answers something else than {one}:", *lines]))


def _lines(answer: bytes) -> list[str]:
    return answer.replace(b",", b",\n").decode(errors="replace").splitlines()
