"""What is told of figures elsewhere is what was measured last."""

from pathlib import Path

from tests.servers import ROOT


def _rows(file: Path, head: str) -> list[dict[str, str]]:
    """The table under that first cell: by its other cells, what each row has."""
    lines = iter(file.read_text().splitlines())
    heads = next(_cells(line) for line in lines if line.startswith(f"| {head} |"))
    next(lines)  # of dashes
    rows = []
    for line in lines:
        if not line.startswith("|"):
            break
        rows.append(dict(zip(heads, _cells(line), strict=True)))
    return rows


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_the_readme_tells_the_peers_last_figures() -> None:
    measured = _rows(ROOT / "bench/results/peers.md", "server")
    told = _rows(ROOT / "README.md", "a page of 20 posts, made by")
    assert measured
    assert [[*row.values()] for row in told] == [
        [row[head] for head in ("server", "CPU ms", "requests/s", "p99 ms", "memory MiB")] for row in measured
    ]
