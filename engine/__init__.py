"""GraphQL execution as a library: it knows nothing of the application that uses it."""
