"""One function a root field: who asks, transaction, verb, shape."""
