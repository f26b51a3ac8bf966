"""What users read and import, generated from the schema and its examples: reference pages and collections."""
