"""A request's line says what the others would say, in the same form."""

import json
import logging as library
from typing import Any

import pytest
import structlog

from schema.operation import Operation
from server import logging
from server.logging import RequestNotes, notes, tell
from tests.lines import request_lines

NOTE = RequestNotes("test-request", Operation("Look", "query"), viewer_id=7, errors=("NOT_FOUND",), statements=2)


def told(note: RequestNotes = NOTE, path: str = "/graphql") -> None:
    tell(note, method="POST", path=path, status=200, seconds=0.01234)


def test_it_has_its_members_in_this_order(capfd: pytest.CaptureFixture[str]) -> None:
    told()
    (line,) = request_lines(capfd.readouterr().out)
    assert list(line.items())[:-1] == [
        ("request_id", "test-request"),
        ("method", "POST"),
        ("path", "/graphql"),
        ("status", 200),
        ("operation", "Look"),
        ("viewer_id", 7),
        ("errors", ["NOT_FOUND"]),
        ("ms", 12.3),
        ("statements", 2),
        ("sql_ms", 0.0),
        ("event", "request"),
        ("level", "info"),
        ("logger", "request"),
    ]


def test_it_ends_like_every_other_line(capfd: pytest.CaptureFixture[str]) -> None:
    told()
    (line,) = request_lines(capfd.readouterr().out)
    formatter = library.getLogger().handlers[0].formatter
    assert formatter is not None
    record = library.LogRecord("request", library.INFO, __file__, 1, "request", None, None)
    other = json.loads(formatter.format(record))
    assert list(line)[-4:] == list(other)
    assert len(line["timestamp"]) == len(other["timestamp"])
    assert line["timestamp"].endswith("Z")


@pytest.mark.parametrize("path", ["/\r\n{}", "/\x1b[2J", "/\x9b2J", "/\u2028", "/ä"])
def test_no_terminal_is_told_what_to_do(path: str, capfd: pytest.CaptureFixture[str]) -> None:
    told(path=path)
    written = capfd.readouterr().out
    assert written.count("\n") == 1
    assert written.rstrip("\n").isascii()
    assert written.rstrip("\n").isprintable()
    assert json.loads(written)["path"] == path


def test_a_long_path_makes_no_long_line(capfd: pytest.CaptureFixture[str]) -> None:
    told(path="/" + 60_000 * "x")
    assert len(capfd.readouterr().out) < 1000


def test_there_is_none_where_less_is_wanted(capfd: pytest.CaptureFixture[str]) -> None:
    root = library.getLogger()
    level = root.level
    root.setLevel(library.WARNING)
    told()
    root.setLevel(level)
    assert capfd.readouterr().out == ""


def test_a_reader_who_is_gone_is_no_bug_of_a_request(monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone:
        def write(self, _: str) -> None:
            raise BrokenPipeError

    monkeypatch.setattr("sys.stdout", Gone())
    told()


def test_what_is_said_in_a_request_names_it(caplog: pytest.LogCaptureFixture) -> None:
    reset = notes.set(NOTE)
    structlog.get_logger("planted").warning("planted")
    notes.set(RequestNotes("a-job", Operation("post.deliver", logging.JOB)))
    structlog.get_logger("planted").warning("planted")
    notes.reset(reset)
    said: list[Any] = [record.msg for record in caplog.records if record.name == "planted"]
    assert [event.get("request_id") for event in said] == ["test-request", None]
