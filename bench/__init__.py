"""Load, cost and comparisons: what Plaza takes from a machine, measured on networks of its own."""
