"""The lines of requests, out of everything that was written."""

import json
from typing import Any


def request_lines(written: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in written.splitlines() if line.startswith("{")]
    return [line for line in lines if line["event"] == "request"]
