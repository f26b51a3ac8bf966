"""The account's pages and those in their style: one frame, and what each fills it with."""

from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_TEMPLATES: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)


def page(name: str, **values: Any) -> str:
    return _TEMPLATES.get_template(f"{name}.html").render(values)
