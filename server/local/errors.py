"""What goes wrong with the local servers, said in one sentence."""


class LocalServersError(Exception):
    """Its text is for the person at the terminal; no traceback is needed beside it."""
