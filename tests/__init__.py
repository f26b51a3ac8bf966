"""Plaza's tests, floor by floor; `api/` asks in GraphQL and looks at rows."""
