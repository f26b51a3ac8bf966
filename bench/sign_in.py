"""`make figures`: what a hundred sign-ins at once do to those who read their feeds."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bench import report
from bench.storm import FEEDS, LOGINS, Figures, measured

RESULT: Final = Path(__file__).parent / "results" / "sign_in.md"
MOST: Final = 100.0  # milliseconds
_PEOPLE: Final = 2000

_TEXT: Final = """# A crowd that signs in

{machine}

{versions}. {feeds} home feeds a second, each of another person, while {logins} people sign in at the same moment,
each from an address of their own, and come again when they are told to until they are in. One `plaza serve`;
PostgreSQL, Valkey and the crowd share its cores. The p95 of feeds has to stay below {most:g} ms, and a sign-in be
answered by success or by `RATE_LIMITED` with `Retry-After`. Made by `make figures`.

| | |
|---|---:|
| p95 of feeds before | {figures.quiet_p95:.1f} ms |
| p95 of feeds beside a process that hashes as much, and is not asked anything | {figures.beside_p95:.1f} ms |
| p95 of feeds from the first sign-in to the last success | {figures.stormy_p95:.1f} ms |
| feeds in that time | {in_storm} |
| sign-ins answered at once with success | {signed_in} |
| sign-ins told to come again | {told} |
| answers of any other kind | {wrong} |
| seconds until all were signed in | {figures.seconds:.1f} |
"""


def main() -> None:
    machine, figures = report.machine(), measured(_PEOPLE)
    first = figures.first_answers
    text = _TEXT.format(
        machine=machine,
        versions=report.versions("argon2-cffi", "uvicorn", "asyncpg"),
        feeds=FEEDS,
        logins=LOGINS,
        most=MOST,
        figures=figures,
        in_storm=len(figures.stormy),
        signed_in=first["signed in"],
        told=first["RATE_LIMITED"],
        wrong=len(figures.wrong_logins) + figures.refused_feeds.total(),
    )
    RESULT.write_text(text)
    print(text)
    if faults := list(_faults(figures)):
        sys.exit(f"Missed: {'; '.join(faults)}.")


def _faults(figures: Figures) -> Iterator[str]:
    if figures.stormy_p95 >= MOST:
        yield f"the p95 of feeds is {figures.stormy_p95:.0f} ms"
    if figures.wrong_logins or figures.refused_feeds:
        yield "something else was answered than success and RATE_LIMITED"


if __name__ == "__main__":
    main()
