"""What others say an executor does, and documents of our own."""
