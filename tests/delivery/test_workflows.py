"""The order of a release on GitHub: one build, tested as it is, promoted after approval, by one job at a time."""

import re
from typing import Any

import pytest
import yaml

from tests.delivery.compose import ROOT

FOLDER = ROOT / ".github" / "workflows"
NAMES = sorted(file.name for file in FOLDER.glob("*.yml"))


def workflow(name: str) -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load((FOLDER / name).read_text())
    return parsed


def steps(name: str) -> list[tuple[str, dict[str, Any]]]:
    """Each step with the name of its job."""
    return [(job, step) for job, made in workflow(name)["jobs"].items() for step in made.get("steps", ())]


def test_a_release_is_built_once_and_has_no_name_yet() -> None:
    builds = [step["with"] for _, step in steps("release.yml") if "build-push-action" in step.get("uses", "")]
    assert len(builds) == 1
    assert "push-by-digest=true" in builds[0]["outputs"]
    assert not {"tags", "push"} & builds[0].keys()
    (compose_builds,) = [step for _, step in steps("image.yml") if "compose build" in step.get("run", "")]
    assert compose_builds["if"] == "${{ !inputs.image }}"
    ups = [step["run"] for _, step in steps("image.yml") if "compose up" in step.get("run", "")]
    assert all("compose up --no-build" in line for run in ups for line in run.splitlines() if "compose up" in line)


def test_what_is_tested_is_what_is_promoted() -> None:
    jobs = workflow("release.yml")["jobs"]
    built = "${{ needs.build.outputs.image }}"
    assert jobs["build"]["outputs"]["image"].endswith("@${{ steps.build.outputs.digest }}")
    assert jobs["stands-up"]["with"] == {"image": built}
    assert workflow("image.yml")["jobs"]["stands-up"]["env"]["PLAZA_IMAGE"].startswith("${{ inputs.image ||")
    (promotion,) = [step for _, step in steps("release.yml") if "deploy/promote" in step.get("run", "")]
    assert promotion["env"]["IMAGE"] == built
    assert {"build", "ci", "stands-up"} <= set(jobs["promote"]["needs"])
    assert "promote" in jobs["release"]["needs"]


def test_names_are_given_after_approval_and_by_one_job_at_a_time() -> None:
    givers = [
        (name, job) for name in NAMES for job, step in steps(name) if "deploy/promote" in step.get("run", "")
    ]
    assert givers == [("release.yml", "promote"), ("rollback.yml", "rollback")]
    for name, job in givers:
        made = workflow(name)["jobs"][job]
        assert made["environment"] == "production"
        assert made["concurrency"] == {"group": "stable"}


@pytest.mark.parametrize("name", NAMES)
def test_every_action_is_held_by_its_commit(name: str) -> None:
    used = re.findall(r"uses: (\S+)", (FOLDER / name).read_text())
    assert [each for each in used if not re.fullmatch(r"\./.*|.+@[0-9a-f]{40}", each)] == []


@pytest.mark.parametrize("name", NAMES)
def test_what_fails_before_a_pipe_fails_the_step(name: str) -> None:
    has_pipes = any(" | " in step.get("run", "") for _, step in steps(name))
    # Unless bash is asked for by name, GitHub runs it without pipefail.
    assert not has_pipes or workflow(name)["defaults"] == {"run": {"shell": "bash"}}
