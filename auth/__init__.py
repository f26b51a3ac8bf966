"""Who is asking, and what they may do; it answers and never speaks GraphQL."""
