"""How an image gets its names, in a real registry: a version's once and for good, `stable` forward and back."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.delivery.registry import Registry, registry

pytestmark = pytest.mark.outside


@pytest.fixture
def images(tmp_path: Path) -> Iterator[Registry]:
    with registry(tmp_path) as running:
        yield running


def released(images: Registry, text: str, version: str) -> str:
    digest = images.push(text)
    done = images.promote("release", f"{images.image}@{digest}", version)
    assert done.returncode == 0, done.stderr
    return digest


def test_a_release_is_the_very_image_that_was_pushed(images: Registry) -> None:
    digest = images.push("one")
    assert (images.digest("1.0.0"), images.digest("stable")) == (None, None)
    done = images.promote("release", f"{images.image}@{digest}", "1.0.0")
    assert done.stdout == f"{images.image}:1.0.0 is {digest}\n{images.image}:stable is {digest}\n", done.stderr
    assert (images.digest("1.0.0"), images.digest("stable")) == (digest, digest)


def test_a_version_is_never_given_to_another_image(images: Registry) -> None:
    first = released(images, "one", "1.0.0")
    second = images.push("two")
    again = images.promote("release", f"{images.image}@{second}", "1.0.0")
    assert again.returncode == 1
    assert again.stderr == f"1.0.0 is {first} already, and is never given to another.\n"
    assert (images.digest("1.0.0"), images.digest("stable")) == (first, first)


def test_a_second_try_of_the_same_release_goes_through(images: Registry) -> None:
    digest = released(images, "one", "1.0.0")
    assert images.promote("release", f"{images.image}@{digest}", "1.0.0").returncode == 0


def test_going_back_moves_stable_alone(images: Registry) -> None:
    first = released(images, "one", "1.0.0")
    second = released(images, "two", "1.1.0")
    assert images.digest("stable") == second
    assert images.promote("stable", images.image, "1.0.0").returncode == 0
    assert [images.digest(name) for name in ("1.0.0", "1.1.0", "stable")] == [first, second, first]


@pytest.mark.parametrize(("version", "said"), [("2.0.0", "There is no"), ("stable", "is no version")])
def test_there_is_no_going_back_to_what_was_never_released(images: Registry, version: str, said: str) -> None:
    digest = released(images, "one", "1.0.0")
    done = images.promote("stable", images.image, version)
    assert (done.returncode, said in done.stderr) == (1, True)
    assert images.digest("stable") == digest


def test_a_registry_that_cannot_be_asked_is_not_one_without_the_version(tmp_path: Path) -> None:
    with registry(tmp_path) as gone:
        pass
    done = gone.promote("release", f"{gone.image}@sha256:{'0' * 64}", "1.0.0")
    assert done.returncode == 1
    assert "connection refused" in done.stderr
