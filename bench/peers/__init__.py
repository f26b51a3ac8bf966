"""Other GraphQL servers, measured beside Plaza with the same page from the same PostgreSQL."""
