"""Google, Apple and GitHub, who vouch for people: their protocols as a client speaks them."""
