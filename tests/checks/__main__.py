"""Runs every check and tells all that is wrong, not only the first."""

import sys

from tests.checks import laws, links, migrations, versions

CHECKS = {
    "laws of the house": laws.broken,
    "links": links.dead,
    "minimum versions": versions.too_old,
    "build backend": versions.unpinned,
    "migrations": migrations.out_of_step,
}


def main() -> int:
    wrong = 0
    for name, check in CHECKS.items():
        problems = check()
        wrong += len(problems)
        print(f"{name}: {'ok' if not problems else ''}")
        for problem in problems:
            print(f"  {problem}")
    return 1 if wrong else 0


sys.exit(main())
