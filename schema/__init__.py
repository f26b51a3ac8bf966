"""The vocabulary of the API, one file a noun; `root` is its table of contents."""
