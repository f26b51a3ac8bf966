"""How much a test with many cases does: `PLAZA_DOSE` is `small` (for every change) or `full`."""

import os

IS_FULL = os.environ.get("PLAZA_DOSE", "small") == "full"
# Of each property that Hypothesis tries.
EXAMPLES = 100 if IS_FULL else 30
