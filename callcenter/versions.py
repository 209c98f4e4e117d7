"""The API's version in the address: programs name the one they were written for, the panel comes with the server."""

from starlette.types import ASGIApp, Receive, Scope, Send

API = "/api/"
V1 = "/api/v1/"
"""What stands there stays (docs/api.md, Versions). What has to break that becomes `/api/v2/` beside it."""


class TakesVersions:
    """`/api/v1/…` is `/api/…`, which is the newest version."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on, by the address without the version."""
        if scope["type"] in ("http", "websocket") and scope["path"].startswith(V1):
            scope = {**scope, "path": API + scope["path"].removeprefix(V1)}
            raw = scope.get("raw_path")
            if raw is not None:
                scope["raw_path"] = raw.replace(V1.encode(), API.encode(), 1)
        await self._app(scope, receive, send)
