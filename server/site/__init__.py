"""The documentation as a site: `docs/`, rendered once and kept in memory."""
