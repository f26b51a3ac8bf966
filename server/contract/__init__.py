"""The contract with clients: what changed since the last release, what was allowed to, how one is made."""
