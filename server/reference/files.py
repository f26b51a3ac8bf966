"""The files of `docs/` that are generated: written, or compared with what is there."""

from pathlib import Path
from typing import Final

from graphql import build_schema

from schema.root import sdl
from server.reference import insomnia, postman
from server.reference.answers import recorded
from server.reference.examples import as_json, examples
from server.reference.index import index_page
from server.reference.operations import operations, operations_page
from server.reference.story import requests
from server.reference.types import type_pages

# Nothing else stands in these folders.
_FOLDERS: Final = ("reference", "collections")


def write(folder: Path) -> None:
    texts = generated()
    for name in _left_over(folder, texts):
        (folder / name).unlink()
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def stale(folder: Path) -> list[str]:
    """The names of files that are missing, say something else, or should be there no longer."""
    texts = generated()
    return [*(name for name, text in texts.items() if _read(folder / name) != text), *_left_over(folder, texts)]


def generated() -> dict[str, str]:
    """Each file's name within `docs/`, and its text. Raises `UserMistake` where an operation lacks something."""
    schema = build_schema(sdl())
    made = examples(schema)
    told = operations(schema, made, recorded([example.field for example in made]))
    pages = {
        "README": index_page(told, schema),
        "mutations": operations_page("mutation", told),
        "queries": operations_page("query", told),
        **type_pages(schema),
    }
    story = requests(made)
    return {
        "collections/insomnia.json": insomnia.export(story),
        "collections/postman.json": postman.collection(story),
        "examples.json": as_json(made),
        **{f"reference/{name}.md": text for name, text in pages.items()},
    }


def _left_over(folder: Path, texts: dict[str, str]) -> list[str]:
    files = [file for name in _FOLDERS for file in sorted((folder / name).glob("*"))]
    return [name for file in files if (name := file.relative_to(folder).as_posix()) not in texts]


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None
