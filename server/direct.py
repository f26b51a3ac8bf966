"""A way past the router, for the one address that nearly all requests are for."""

from collections.abc import Awaitable, Mapping

from starlette.types import ASGIApp, Receive, Scope, Send


class Direct:
    """Hands on what is for a path in `to`, which may be filled later: an application that answers its own errors.

    It is among the routes as well, which find it where Plaza is mounted in something larger. To look a path up
    among them costs more than much of what is done for a request.
    """

    def __init__(self, app: ASGIApp, to: Mapping[str, ASGIApp]) -> None:
        self.app = app
        self._to = to

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        app = self.app
        if scope["type"] == "http" and not scope.get("root_path"):
            app = self._to.get(scope["path"], app)
        return app(scope, receive, send)
