"""A wire to a real AMI that can be faulty: it goes mute, breaks, is slow, or breaks in the middle of a list."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress

PIECE = 65536


class FaultyWire:
    """Listens on a free port and passes everything on to `target`. Connections that a fault has hit stay faulty."""

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self._is_refusing = threading.Event()
        self._mute: set[socket.socket] = set()
        self._open: set[socket.socket] = set()
        self._delay_seconds = 0.0
        self._cuts_lists = 0
        self._all: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._begin(self._accept)

    def close(self) -> None:
        """Ends everything, and waits until it has."""
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._mute.clear()
        self.breaks()
        for thread in self._threads:
            thread.join(10)
        for one in self._all:
            one.close()

    def goes_mute(self) -> None:
        """What is connected stays connected, and nothing passes any more (half-open)."""
        self._is_refusing.set()
        self._mute |= self._open

    def breaks(self) -> None:
        """Resets every connection; nobody gets through."""
        self._is_refusing.set()
        for one in list(self._all):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def is_slow(self, seconds: float) -> None:
        """Everything is late by so much, again and again."""
        self._delay_seconds = seconds

    def cuts_lists(self, times: int) -> None:
        """So many surveys break in the middle of their first list."""
        self._cuts_lists = times

    def is_mended(self) -> None:
        """New connections get through at once."""
        self._delay_seconds = 0.0
        self._is_refusing.clear()

    def _begin(self, work: Callable[..., None], *arguments: socket.socket) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._server.accept()
                if self._is_refusing.is_set():
                    near.close()
                    continue
                try:
                    far = socket.create_connection(self._target, timeout=5)
                except OSError:
                    near.close()
                    continue
                far.settimeout(None)
                self._open |= {near, far}
                self._all += [near, far]
                self._begin(self._pass_on, near, far)
                self._begin(self._pass_on, far, near)

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(PIECE):
                if source in self._mute:
                    continue
                threading.Event().wait(self._delay_seconds)
                if self._cuts_lists and (place := data.find(b"Event: CoreShowChannel\r\n")) >= 0:
                    self._cuts_lists -= 1
                    sink.sendall(data[: place + 60])
                    break
                sink.sendall(data)
        for one in (source, sink):
            self._open.discard(one)
            if one not in self._mute:
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
