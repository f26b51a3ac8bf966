"""`make second-look`: runs the few tests that failed once more, alone, and says which pass then.

Tests that measure time or race on purpose can lose by chance on a busy machine. One that fails again is broken;
one that passes is named as flaky, to be looked into.
"""

import json
import os
import sys
from pathlib import Path

import pytest

FAILED_MAX = 5
_FAILED = Path(".pytest_cache/v/cache/lastfailed")


def main() -> int:
    failed = sorted(json.loads(_FAILED.read_text())) if _FAILED.exists() else []
    # Nothing failed but something was wrong all the same: coverage, say, or a crash of pytest itself.
    if not 1 <= len(failed) <= FAILED_MAX:
        return 1
    print(f"Once more, alone: {len(failed)} failed.", flush=True)
    os.environ.setdefault("PLAZA_DOSE", "full")
    again = pytest.main(["-q", "-p", "no:cacheprovider", *failed])
    if again == pytest.ExitCode.OK:
        print("FLAKY, each passed alone:", *failed, sep="\n  ", flush=True)
    return int(again)


if __name__ == "__main__":
    sys.exit(main())
