"""How much a test with many cases does: `PLAZA_DOSE` is `small` (for every change) or `full`."""

import os

IS_FULL = os.environ.get("PLAZA_DOSE", "small") == "full"
