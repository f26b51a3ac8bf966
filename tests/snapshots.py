"""Figures and answers that tests hold in files: whether this run writes them anew."""

import os

WRITES = os.environ.get("PLAZA_SNAPSHOT") == "write"
