"""A panel as a program: signs in, watches the live feed, blocks until something shows."""

import time
from collections.abc import Callable
from typing import Any, Self

import httpx
import msgspec
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from callcenter.accounts.rules import Role
from callcenter.demo.watch import Watch
from tests.serving import PANEL, PASSWORD

Entities = dict[str, dict[str, dict[str, Any]]]


def cookie_of(url: str, username: str) -> str:
    """Signs that user in; the session's cookie as a header's value."""
    credentials = {"username": username, "password": PASSWORD}
    answer = httpx.post(f"{url}api/session", json=credentials, headers=PANEL)
    assert answer.status_code == 200, answer.text
    return answer.headers["set-cookie"].partition(";")[0]


def open_feed(url: str, *, cookie: str = "", origin: str | None = None) -> ClientConnection:
    """The websocket of the live feed, as a browser's page of `origin` (the server's own unless given) opens it."""
    address = url.replace("http", "ws", 1) + "api/live"
    headers = {"Cookie": cookie} if cookie else {}
    return connect(address, additional_headers=headers, origin=Origin(origin or url.rstrip("/")), proxy=None)


class Feed:
    """What one panel is shown; `entities` is as new as the last frame that was taken."""

    def __init__(self, url: str) -> None:
        self._watch = Watch()
        self._socket = open_feed(url, cookie=cookie_of(url, Role.ADMIN))

    def __enter__(self) -> Self:
        self._socket.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.__exit__(None, None, None)

    @property
    def entities(self) -> Entities:
        """Everything shown now."""
        return self._watch.entities

    def link(self, pbx: str = "pbx1") -> dict[str, Any]:
        """That PBX's link as it is shown."""
        return self.entities["links"][pbx]

    def seat(self, interface: str, pbx: str = "pbx1") -> dict[str, Any]:
        """That seat as it is shown."""
        return self.entities["seats"][f"{pbx}/{interface}"]

    def take(self, seconds: float = 15) -> str:
        """Waits for the next frame; its type."""
        frame = msgspec.json.decode(self._socket.recv(timeout=seconds))
        self._watch.take(frame, time.time())
        return str(frame["type"])

    def until(
        self, holds: Callable[[], bool], seconds: float = 15, *, always: Callable[[], bool] = lambda: True
    ) -> None:
        """Takes frames until this holds; `always` must hold after each. Fails, showing what there is, if too late."""
        deadline = time.monotonic() + seconds
        while not (self.entities and holds()):
            left = deadline - time.monotonic()
            try:
                self.take(left)
            except TimeoutError:
                raise AssertionError(f"not in {seconds} s: {self.entities}") from None
            assert always(), self.entities
