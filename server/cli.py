"""The `plaza` command: every way in which a person runs Plaza.

Heavy imports wait inside the commands: `plaza serve` starts the database beside them, and
`plaza export-schema` needs no store at all.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, TypeAlias, TypeVar

import typer

from server.site.pages import DOCS

if TYPE_CHECKING:
    from server.contract.releases import Contract

R = TypeVar("R")

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
contract = typer.Typer(
    no_args_is_help=True, help="What clients are promised: check it, tell its changes, release."
)
app.add_typer(contract, name="contract")
operations = typer.Typer(no_args_is_help=True, help="Trusted operations: which there are, and who asks for them.")
app.add_typer(operations, name="operations")

keys = typer.Typer(no_args_is_help=True, help="The keys that access tokens are signed with.")
app.add_typer(keys, name="keys")

_ROOT = Path(__file__).parent.parent
_SCHEMA = _ROOT / "schema.graphql"


@app.callback()
def plaza() -> None:
    """Plaza: a GraphQL server for social products."""


@app.command()
def serve() -> None:
    """Serve the API; without DATABASE_URL and REDIS_URL on PostgreSQL and Valkey of its own."""
    from server.serve import run

    _told(run)


@app.command()
def worker() -> None:
    """Run jobs until stopped: retries, the timetable, everything that need not happen in a request."""
    from server.work import run

    _told(run)


@app.command()
def migrate() -> None:
    """Bring the database to the newest migration, as its owner."""
    from server.work import migrate

    _told(migrate)


@app.command()
def seed(
    people: Annotated[int, typer.Option(min=10, max=200_000, help="How many people the network has.")] = 2000,
) -> None:
    """Fill an empty database with a demonstration network of real conversations."""
    from server.work import seed

    _told(lambda: seed(people))


@app.command("export-schema")
def export_schema(
    check: Annotated[bool, typer.Option("--check", help="Only compare; fail if it is out of step.")] = False,
    path: Annotated[Path, typer.Option(help="The file to write or check.")] = _SCHEMA,
) -> None:
    """Write the schema as SDL, sorted; needs no database, Redis or secret."""
    from schema.root import sdl

    text = sdl()
    if not check:
        path.write_text(text, encoding="utf-8")
    elif not path.exists() or path.read_text(encoding="utf-8") != text:
        _fail(f"{path.name} is not in step with the code: run `plaza export-schema`.")


Checkout: TypeAlias = Annotated[Path, typer.Option("--checkout", help="The folder that is released from.")]


@contract.command()
def check(checkout: Checkout = _ROOT) -> None:
    """Fail if a client of the released schema could break without having been told in time."""
    if problems := _told(lambda: _contract(checkout).problems()):
        _fail("\n".join(problems))


@contract.command()
def changes(checkout: Checkout = _ROOT) -> None:
    """Print what changed in the schema since the last release, as lines of the changelog."""
    found = _contract(checkout)
    lines = _told(found.lines)
    typer.echo(
        "\n".join(f"* {line}" for line in lines) or f"Nothing has changed since {found.version} of {found.day}."
    )


@contract.command()
def release(version: str, checkout: Checkout = _ROOT) -> None:
    """Make the schema of the code the released one, and write its changes into CHANGELOG.md."""
    is_new = _told(lambda: _contract(checkout).release(version))
    typer.echo(f"{version} is released." if is_new else f"{version} was released before, as it stands.")


@app.command("export-docs")
def export_docs(
    check: Annotated[bool, typer.Option("--check", help="Only compare; fail if it is out of step.")] = False,
    folder: Annotated[Path, typer.Option(help="The folder to write into or to check.")] = DOCS,
) -> None:
    """Write what is generated of the documentation; needs no database, Redis or secret."""
    from server.reference.files import stale, write

    if not check:
        _told(lambda: write(folder))
    elif wrong := _told(lambda: stale(folder)):
        _fail(f"{', '.join(wrong)} in {folder.name}/ not in step with the code: run `plaza export-docs`.")


@operations.command("import")
def import_operations(
    manifests: Annotated[list[Path], typer.Argument(help="Apollo's, Relay's or codegen's manifest.")],
    prefix: Annotated[str, typer.Option(help="Goes before every id, such as `app~1.0.0~`.")] = "",
) -> None:
    """Trust every operation of the manifests, or none if one would not be answered."""
    from server import operation_list

    typer.echo(_told(lambda: operation_list.import_(manifests, prefix)))


@operations.command("list")
def list_operations(
    retired: Annotated[bool, typer.Option("--retired", help="Those that were retired as well.")] = False,
) -> None:
    """Show the trusted operations: their ids, names and when they were last used."""
    from server import operation_list

    _told(lambda: operation_list.show(with_retired=retired))


@operations.command("retire")
def retire_operations(ids: list[str]) -> None:
    """No longer answer these operations."""
    from server import operation_list

    typer.echo(_told(lambda: operation_list.retire(ids)))


@operations.command("stats")
def count_operations(
    days: Annotated[int, typer.Option(min=1, max=90, help="How many days back, today included.")] = 7,
) -> None:
    """Show how many trusted, automatic and ad hoc operations each client asked for."""
    from server import operation_list

    _told(lambda: operation_list.stats(days))


@keys.command("list")
def list_keys() -> None:
    """Show the ids of the keys, the signing one first; never the secrets."""
    from server.keys import current

    for place, kid in enumerate(_told(current)):
        typer.echo(f"{kid}  {'verifies' if place else 'signs and verifies'}")


@keys.command("rotate")
def rotate_keys() -> None:
    """Print the next value of SIGNING_KEYS: three such steps change the key, and nobody is signed out.

    What the step does is said beside it, on the standard error.
    """
    from server.keys import current, rotated

    step = _told(lambda: rotated(current()))
    typer.secho(step.said, err=True)
    typer.echo(step.value)


@keys.command()
def reseal() -> None:
    """Seal everything in the database under the first of ENCRYPTION_KEYS; the others may go then."""
    from server.work import reseal

    typer.echo(f"{_told(reseal)} secrets were sealed anew.")


@app.command("create-admin")
def create_admin(
    username: Annotated[str, typer.Option(prompt=True)],
    email: Annotated[str, typer.Option(prompt="E-mail address")],
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)],
) -> None:
    """Make an administrator, or make one of an account that exists."""
    from server.work import create_admin

    _told(lambda: create_admin(username, email, password))


@app.command("set-role")
def set_role(username: str, role: Annotated[str, typer.Argument(help="user, moderator or admin")]) -> None:
    """Trust somebody with more or less; the only way to unmake an administrator."""
    from server.work import set_role

    _told(lambda: set_role(username, role))


@app.command()
def doctor() -> None:
    """Look at everything Plaza rests on and say what is wrong with it."""
    from server.doctor import run

    if not _told(run):
        raise typer.Exit(1)


def _contract(checkout: Path) -> "Contract":
    from schema.root import sdl
    from server.contract.releases import Contract

    return Contract(checkout, sdl(), datetime.now(UTC).date())


def _told(act: Callable[[], R]) -> R:
    """What `act` returns; what a person can mend is said in a sentence instead of a traceback."""
    try:
        return act()
    except Exception as error:
        from server.mistakes import sentence

        said = sentence(error)
        if said is None:
            raise
        _fail(said)


def _fail(said: str) -> NoReturn:
    typer.secho(said, fg=typer.colors.RED, err=True)
    raise typer.Exit(1)
