"""What goes over the wire between a real client and a served Plaza, as it was seen in the client's own `fetch`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.serving import Served

_RECORDER: Final = Path(__file__).parent / "wire.js"


@dataclass(frozen=True)
class Exchange:
    """A request's members, whether they stood in its body or its address, and what was answered."""

    method: str
    asked: Mapping[str, Any]
    status: int
    caching: str | None
    answer: Mapping[str, Any]

    @property
    def codes(self) -> list[str]:
        """Of its errors."""
        return [error["extensions"]["code"] for error in self.answer.get("errors", [])]

    @property
    def named_by(self) -> str:
        """The members that tell the operation."""
        is_hashed = "persistedQuery" in (self.asked.get("extensions") or {})
        names = [name for name in ("documentId", "doc_id", "query") if self.asked.get(name)]
        return " and ".join(["hash"] * is_hashed + names)


@dataclass(frozen=True)
class Wire:
    """Recorded by whatever program of Node's is given `environment`."""

    file: Path
    plaza: Served
    token: str = ""

    @property
    def environment(self) -> dict[str, str]:
        return {
            "NODE_OPTIONS": f"--import={_RECORDER.as_uri()}",
            "PLAZA_URL": self.plaza.url,
            "PLAZA_TOKEN": self.token,
            "WIRE": str(self.file),
        }

    def seen(self) -> list[Exchange]:
        return [Exchange(**json.loads(line)) for line in self.file.read_text().splitlines()]
