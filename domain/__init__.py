"""What the network allows and what follows: plain functions that GraphQL, worker and commands share."""
