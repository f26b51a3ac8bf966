"""The servers: each makes the same page in its own way, of the statements in this folder."""
