"""A bare AMI client for tests: blocking, complete, and written apart from the server's own link."""

import socket
import time
from collections.abc import Callable
from typing import Self

from callcenter.settings import PbxSettings

Message = dict[str, str]


class Ami:
    """A logged-in connection. Every event that arrives is kept in `events`, in order."""

    def __init__(self, pbx: PbxSettings) -> None:
        self.events: list[Message] = []
        self._buffer = b""
        self._actions = 0
        self._socket = socket.create_connection((pbx.host, pbx.port), timeout=10)
        self._socket.recv(100)  # the banner, one line of its own
        answer = self.action("Login", Username=pbx.username, Secret=pbx.secret.get_secret_value())
        assert answer["Response"] == "Success", answer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def action(self, name: str, *variables: str, **headers: object) -> Message:
        """Sends an action and returns its answer; each of `variables` becomes a Variable header."""
        self._actions += 1
        number = f"test-{self._actions}"
        lines = [f"Action: {name}", f"ActionID: {number}", *(f"{key}: {value}" for key, value in headers.items())]
        lines += [f"Variable: {variable}" for variable in variables]
        self._socket.sendall("".join(f"{line}\r\n" for line in [*lines, ""]).encode())
        deadline = time.monotonic() + 10
        while True:
            message = self._read(deadline)
            # An OriginateResponse is an event: everybody hears it, with the number of whoever asked.
            if message.get("ActionID") == number and "Event" not in message:
                return message
            self.events.append(message)

    def listing(self, name: str, **headers: object) -> list[Message]:
        """The events of a list answer, up to the one that completes it."""
        before = len(self.events)
        answer = self.action(name, **headers)
        assert answer["Response"] == "Success", answer
        self.until(lambda event: event.get("EventList") == "Complete" and event["ActionID"] == answer["ActionID"])
        return [event for event in self.events[before:] if event.get("ActionID") == answer["ActionID"]]

    def wait_for(self, event: str, seconds: float = 15, **headers: str) -> Message:
        """The next event of this name with these headers that arrives from now on."""
        wanted = headers | {"Event": event}
        return self.until(lambda message: wanted.items() <= message.items(), seconds)

    def next(self, event: str, **headers: str) -> Message:
        """The first such event since the connection was made, waiting for it if it did not come yet."""
        wanted = headers | {"Event": event}
        for message in self.events:
            if wanted.items() <= message.items():
                return message
        return self.until(lambda message: wanted.items() <= message.items())

    def until(self, holds: Callable[[Message], bool], seconds: float = 15) -> Message:
        """The next event for which this holds; fails, showing what came instead, when none arrives in time."""
        deadline, before = time.monotonic() + seconds, len(self.events)
        try:
            while True:
                self.events.append(self._read(deadline))
                if holds(self.events[-1]):
                    return self.events[-1]
        except TimeoutError:
            came = [event.get("Event") for event in self.events[before:]]
            raise AssertionError(f"not in {seconds} s; these came last: {came[-30:]}") from None

    def names(self) -> list[str]:
        """The names of the events kept so far."""
        return [event["Event"] for event in self.events]

    def of(self, name: str) -> list[Message]:
        """The events of that name kept so far."""
        return [event for event in self.events if event["Event"] == name]

    def _read(self, deadline: float) -> Message:
        while b"\r\n\r\n" not in self._buffer:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self._socket.settimeout(left)
            chunk = self._socket.recv(65536)
            assert chunk, "Asterisk closed the connection"
            self._buffer += chunk
        text, self._buffer = self._buffer.split(b"\r\n\r\n", 1)
        pairs = (line.split(":", 1) for line in text.decode().split("\r\n"))
        return {key: value.removeprefix(" ") for key, value in pairs}
