"""Tables: laid out for people at a terminal; through a pipe whole lines, with tabs between the cells."""

from collections.abc import Iterable

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text


def show(table: Table) -> None:
    """Print it. Its cells are text with rich's markup, of one line each."""
    console = Console()
    if console.is_terminal:
        console.print(table)
        return
    if table.show_header:
        _line([column.header for column in table.columns])
    for cells in zip(*(column.cells for column in table.columns), strict=True):
        _line(cells)


def _line(cells: Iterable[RenderableType]) -> None:
    print("\t".join(Text.from_markup(str(cell)).plain for cell in cells))  # noqa: T201
