"""Everything stored: models, queries, visibility, loaders, limits and jobs."""
