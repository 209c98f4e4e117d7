"""The headers that make a browser careful with everything that is served."""

from collections.abc import Collection

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


def content_security_policy(phones: Collection[str] = ()) -> str:
    """What pages may load and reach: this server alone, and the PBXs at these addresses for phones in the browser.

    Styles may be inline: the panel's components set theirs that way. Scripts never.
    """
    return "; ".join(
        (
            "default-src 'self'",
            "script-src 'self'",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "media-src 'self' blob:",
            " ".join(("connect-src 'self'", *phones)),
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def careful_headers(phones: Collection[str] = ()) -> dict[str, str]:
    """What stands on every answer."""
    return {
        "Content-Security-Policy": content_security_policy(phones),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
    }


class CarefulHeaders:
    """Puts the security headers on every answer; what the API answers is not to be kept unless its route says so."""

    def __init__(self, app: ASGIApp, phones: Collection[str] = ()) -> None:
        self._app = app
        self._headers = careful_headers(phones)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on and adds to its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def careful(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(self._headers)
                if scope["path"].startswith("/api/"):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, careful)
