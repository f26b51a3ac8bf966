"""Follows a Dockerfile where there is no engine: the same steps, in folders instead of layers."""

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

# Instructions that change nothing in the file tree; what they say is kept for those who ask.
_SAYS: Final = {"CMD", "ENTRYPOINT", "EXPOSE", "HEALTHCHECK", "LABEL", "STOPSIGNAL", "USER"}
_PATH: Final = "/usr/local/bin:/usr/bin:/bin"


@dataclass
class Stage:
    """One FROM and what followed it; `root` stands for the image's own /."""

    base: str
    name: str
    steps: list[tuple[str, str]] = field(default_factory=list)
    root: Path = Path()
    folder: str = "/"
    environment: dict[str, str] = field(default_factory=dict)
    says: dict[str, str] = field(default_factory=dict)

    def path(self, inside: str) -> Path:
        return self.root / os.path.join(self.folder, inside).lstrip("/")

    def moved(self, text: str) -> str:
        """`text` with the image's own folders where they really are."""
        return re.sub(r"(?<![\w./])/(?=(plaza|web)\b)", f"{self.root}/", text)


@dataclass
class Build:
    """`bases` are folders that stand for images from elsewhere, `environment` how registries are reached."""

    context: Path
    folder: Path
    bases: Mapping[str, Path]
    environment: Mapping[str, str]

    def run(self) -> Stage:
        """The last stage, built; earlier ones lie beside it."""
        stages: dict[str, Stage] = {}
        _send(self.context, self.folder / "sent")
        for stage in parsed((self.context / "Dockerfile").read_text()):
            # Every stage is built at one place: what an installer writes down holds where it is copied to.
            stage.root = self.folder / "root"
            shutil.copytree(self.bases[stage.base.partition(":")[0]], stage.root, symlinks=True)
            for word, text in stage.steps:
                self._follow(stage, word, text, stages)
            stages[stage.name] = stage
            if stage.name:
                stage.root = stage.root.rename(self.folder / stage.name)
        return stage

    def _follow(self, stage: Stage, word: str, text: str, stages: Mapping[str, Stage]) -> None:
        match word:
            case "WORKDIR":
                stage.folder = text
                stage.path("").mkdir(parents=True, exist_ok=True)
            case "ENV" | "ARG":
                given = dict(pair.split("=", 1) for pair in shlex.split(text))
                for name, value in given.items():
                    path = stage.environment.get("PATH", f"{stage.root}/usr/local/bin:{_PATH}")
                    stage.environment[name] = stage.moved(value).replace("$PATH", path)
            case "COPY":
                self._copy(stage, shlex.split(text), stages)
            case "RUN":
                found = f"{stage.root}/usr/local/bin:{_PATH}"
                given = {"PATH": found, **self.environment, **stage.environment}
                subprocess.run(["sh", "-ec", stage.moved(text)], cwd=stage.path(""), env=given, check=True)
            case _ if word in _SAYS:
                stage.says[word] = text
            case _:
                raise AssertionError(f"This follows no {word}.")

    def _copy(self, stage: Stage, words: list[str], stages: Mapping[str, Stage]) -> None:
        source = re.fullmatch(r"--from=(.+)", words[0])
        root, names = (stages[source[1]].root, words[1:]) if source else (self.folder / "sent", words)
        *sources, target = names
        for each in sources:
            found, place = root / each.lstrip("/"), stage.path(target)
            if found.is_dir():
                shutil.copytree(found, place, symlinks=True, dirs_exist_ok=True)
            else:
                place = place / found.name if target.endswith("/") else place
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(found, place)


def parsed(text: str) -> list[Stage]:
    """The stages; the last is named by nobody."""
    stages: list[Stage] = []
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    for line in filter(None, "\n".join(lines).replace("\\\n", " ").splitlines()):
        word, _, rest = line.partition(" ")
        if word == "FROM":
            base, _, name = rest.partition(" AS ")
            stages.append(Stage(base, name))
        else:
            stages[-1].steps.append((word, rest.strip()))
    return stages


def _send(context: Path, target: Path) -> Path:
    """A copy of what .dockerignore lets an engine have of `context`; of its rules the last that fits decides."""
    lines = (context / ".dockerignore").read_text().splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]

    def is_sent(name: Path) -> bool:
        places = [name.as_posix(), *(each.as_posix() for each in name.parents)]
        fitting = (rule for rule in reversed(rules) if any(fnmatch(each, rule.lstrip("!")) for each in places))
        return next(fitting, "!").startswith("!")

    def refused(folder: str, names: list[str]) -> list[str]:
        return [name for name in names if not is_sent(Path(folder, name).relative_to(context))]

    return Path(shutil.copytree(context, target, symlinks=True, ignore=refused))
