"""Sentry: what nobody expected, with its place in the code and nothing of what people sent."""

from typing import Any, Final

from sentry_sdk import Client, Scope
from sentry_sdk.types import Event, Hint
from sentry_sdk.utils import event_from_exception

from server.logging import RequestNotes, without_detail
from server.settings import VERSION

_PATIENCE: Final = 2.0  # seconds, for what is left at the end


class Reports:
    """A client of its own: no integration looks at requests, logs, arguments or the machine."""

    def __init__(self, dsn: str, environment: str) -> None:
        self._client = Client(
            dsn,
            release=VERSION,
            environment=environment,
            default_integrations=False,
            auto_enabling_integrations=False,
            include_local_variables=False,
            max_breadcrumbs=0,
            before_send=_without_rows,
        )

    def send(self, error: BaseException, note: RequestNotes | None) -> None:
        event, hint = event_from_exception(error, client_options=self._client.options)
        scope = Scope(client=self._client)
        if note is not None:
            scope.set_tag("request_id", note.request_id)
            scope.set_tag("operation", note.operation.name)
            scope.set_tag("kind", note.operation.kind)
            if note.trace_id is not None:
                scope.set_tag("trace_id", note.trace_id)
        self._client.capture_event(event, hint, scope)

    def close(self) -> None:
        """Send what is left; blocks."""
        self._client.close(timeout=_PATIENCE)


def _without_rows(event: Event, _: Hint) -> Event:
    exceptions: Any = event.get("exception", {})
    for each in exceptions.get("values", ()):
        each["value"] = without_detail(each.get("value") or "")
    return event
