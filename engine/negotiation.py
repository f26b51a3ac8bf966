"""Media types: which one a client wants its answer in, and whether a body is in one we read."""

from typing import Final

from engine.refusals import bad_http

GRAPHQL: Final = "application/graphql-response+json"
JSON: Final = "application/json"
# Of a header, so much is read: some servers let through as much as anybody sends.
_HEADER_MAX: Final = 1024
_WANTED: Final = {
    GRAPHQL: GRAPHQL,
    JSON: JSON,
    # Who takes anything may be somebody's `fetch` of years ago: the older type, whose errors are a 200.
    "application/*": JSON,
    "*/*": JSON,
}


def answer_type(accept: str | None) -> str:
    """The media type of the answer; raises a 406 for a client that takes neither."""
    if accept is None or not accept.strip():
        return JSON
    if accept in (GRAPHQL, JSON):
        return accept
    best: tuple[float, int] | None = None
    chosen = None
    for offered in accept[:_HEADER_MAX].split(","):
        essence, quality = _media_range(offered)
        wanted = _WANTED.get(essence)
        rank = (quality, wanted == GRAPHQL)
        if wanted is not None and quality > 0 and (best is None or rank > best):
            best, chosen = rank, wanted
    if chosen is None:
        raise bad_http(f"The answer is {GRAPHQL} or {JSON}; accept one of them.", 406)
    return chosen


def check_body_type(content_type: str | None, content_encoding: str | None) -> None:
    """Raises a 415 for a body that is not JSON in UTF-8, as it is."""
    if content_type == JSON and content_encoding is None:
        return
    essence, *parameters = (part.strip().lower() for part in (content_type or "")[:_HEADER_MAX].split(";"))
    charsets = [part.partition("=")[2].strip('"') for part in parameters if part.startswith("charset=")]
    if essence != JSON or any(charset not in ("utf-8", "utf8") for charset in charsets):
        raise bad_http(f"Send {JSON} in UTF-8.", 415)
    if content_encoding not in (None, "", "identity"):
        raise bad_http("Send the body uncompressed.", 415)


def _media_range(text: str) -> tuple[str, float]:
    essence, *parameters = (part.strip().lower() for part in text.split(";"))
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name == "q":
            try:
                return essence, float(value)
            except ValueError:
                return essence, 0.0
        if name == "charset" and value.strip('"') not in ("utf-8", "utf8"):
            return "", 0.0
    return essence, 1.0
