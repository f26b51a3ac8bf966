"""The executor beside graphql-core's: generated schemas, documents and resolvers, and what must be equal."""
