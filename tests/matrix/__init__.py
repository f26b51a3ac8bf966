"""Who may see what, asked of the whole schema: a network, the policy in plain Python, and a row for each path."""
