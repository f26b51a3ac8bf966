"""Releases: the schema that was released last, and how the next one takes its place."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Final

from graphql import GraphQLSchema, build_schema

from server.contract.announcements import misannounced
from server.contract.changes import Change, Level, changes, lines
from server.contract.promises import Promises
from server.mistakes import UserMistake

_BASELINE: Final = Path("docs/contract/released.graphql")
_HEAD: Final = re.compile(r"# Plaza (?P<version>\d+\.\d+\.\d+), released (?P<day>\d{4}-\d{2}-\d{2})\.\n\n")
_VERSION: Final = re.compile(r"\d+\.\d+\.\d+")
_UNRELEASED: Final = "## Unreleased\n"


@dataclass(frozen=True)
class Contract:
    """A checkout: the schema of its code, and the one it released last."""

    folder: Path
    sdl: str
    today: date

    @cached_property
    def current(self) -> GraphQLSchema:
        return build_schema(self.sdl)

    @cached_property
    def released_sdl(self) -> str:
        return self._baseline[1]

    @cached_property
    def released(self) -> GraphQLSchema:
        return build_schema(self.released_sdl)

    @property
    def version(self) -> str:
        return self._baseline[0]["version"]

    @property
    def day(self) -> date:
        return date.fromisoformat(self._baseline[0]["day"])

    @cached_property
    def changes(self) -> list[Change]:
        return changes(self.released, self.current)

    def lines(self) -> list[str]:
        """What changed since the release, one line of a changelog each."""
        return lines(self.changes, self.released, self.current)

    def problems(self) -> list[str]:
        """Promises that are broken, and deprecations that are not announced as they must be."""
        promises = Promises(self.released, self.version, self.today)
        broken = [problem for change in self.changes if (problem := promises.broken(change))]
        return [*broken, *misannounced(self.released, self.current, self.today)]

    def release(self, version: str) -> bool:
        """Make the current schema the released one and give its changes to the changelog; false if it was so.

        Raises `UserMistake` for a version that does not fit, and while there are problems.
        """
        if (version, self.sdl) == (self.version, self.released_sdl):
            return False
        if problems := self.problems():
            raise UserMistake("\n".join(problems))
        self._check(version)
        changelog = self.folder / "CHANGELOG.md"
        changelog.write_text(entered(changelog.read_text(), version, self.today, self.lines()))
        (self.folder / _BASELINE).write_text(f"# Plaza {version}, released {self.today}.\n\n{self.sdl}")
        return True

    def _check(self, version: str) -> None:
        least = least_version(self.version, self.changes)
        if not _VERSION.fullmatch(version) or _numbers(version) < _numbers(least):
            raise UserMistake(f"After {self.version}, these changes need version {least} or above.")
        written = tomllib.loads((self.folder / "pyproject.toml").read_text())["project"]["version"]
        if written != version:
            raise UserMistake(f"pyproject.toml has version {written}: run `uv version {version}` first.")

    @cached_property
    def _baseline(self) -> tuple[re.Match[str], str]:
        file = self.folder / _BASELINE
        if not file.exists():
            raise UserMistake(f"There is no {_BASELINE} in {self.folder}, which is no checkout of Plaza.")
        text = file.read_text()
        head = _HEAD.match(text)
        if head is None:
            raise UserMistake(f"{_BASELINE} does not begin with its version and day.")
        return head, text[head.end() :]


def least_version(version: str, found: Sequence[Change]) -> str:
    """The lowest version that may follow: what breaks makes it a major one, anything else seen a minor one.

    Before 1.0.0 a minor one says both.
    """
    major, minor, patch = _numbers(version)
    if major and any(each.level is Level.BREAKING for each in found):
        return f"{major + 1}.0.0"
    return f"{major}.{minor + 1}.0" if found else f"{major}.{minor}.{patch + 1}"


def entered(changelog: str, version: str, day: date, found: Sequence[str]) -> str:
    """The changelog with what was unreleased, and the schema's changes, under a heading of their own."""
    before, unreleased, rest = changelog.partition(_UNRELEASED)
    if not unreleased:
        raise UserMistake('CHANGELOG.md has no heading "## Unreleased".')
    written, older, past = rest.partition("\n## ")
    schema = "### Schema\n\n" + "\n".join(f"* {line}" for line in found) if found else ""
    release = "\n\n".join(filter(None, (f"## {version} — {day}", written.strip(), schema)))
    return f"{before}{_UNRELEASED}\n{release}\n{older}{past}"


def _numbers(version: str) -> tuple[int, int, int]:
    major, minor, patch = map(int, version.split("."))
    return major, minor, patch
