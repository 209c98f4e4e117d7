"""One AMI connection: bytes out through the one encoder, bytes in to the link, answers to those who wait for them."""

import asyncio
from collections.abc import Callable
from typing import Any

from panoramisk.actions import Action
from panoramisk.ami_protocol import AMIProtocol

from callcenter.asterisk import actions
from callcenter.asterisk.messages import Message, NotAmi
from callcenter.errors import OutcomeUnknown, PhoneUnreachable


class Protocol(AMIProtocol):  # type: ignore[misc]  # panoramisk has no types
    """panoramisk's protocol without its parser, its queue of actions to repeat and its reconnecting (docs/asterisk.md).

    `lost` is done, with the reason where there is one, as soon as the connection is gone or given up.
    """

    def __init__(self, received: Callable[[bytes], None]) -> None:
        self._received = received
        self.lost: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.closed = True

    def connection_made(self, transport: asyncio.Transport) -> None:
        """A fresh connection: nothing of an older one is kept."""
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        """Hands the bytes over as they came; a peer that does not speak AMI is left."""
        try:
            self._received(data)
        except NotAmi as error:
            self.close(error.message)

    def send(self, data: Action, as_list: Any = False) -> "asyncio.Future[Message]":
        """Writes an action once; its future gets the response, never list items or events.

        Raises BadInput for what must not be written, PhoneUnreachable on a lost connection: then nothing was sent.
        """
        wire = actions.encode(dict(data.items()))
        if self.closed or self.transport.is_closing():
            raise PhoneUnreachable("The connection to Asterisk is closed; nothing was sent.")
        self.responses[data.id] = data
        self.transport.write(wire)
        future: asyncio.Future[Message] = data.future
        return future

    def answer(self, response: Message) -> None:
        """Gives a response to the action that it answers; one that nobody waits for any more is dropped."""
        action = self.responses.pop(response.get("ActionID", ""), None)
        if action is not None and not action.future.done():
            action.future.set_result(response)

    def connection_lost(self, exc: Exception | None) -> None:
        """The other side, or the network, ended the connection."""
        self.close(f"the connection was lost: {exc}" if exc else "Asterisk closed the connection")

    def close(self, reason: str = "") -> None:
        """Gives the connection up at once. Unanswered actions fail as OutcomeUnknown and are never sent again."""
        if not self.lost.done():
            self.lost.set_result(reason)
        if self.closed:
            return
        self.closed = True
        self.transport.abort()
        for action in self.responses.values():
            if not action.future.done():
                action.future.set_exception(OutcomeUnknown(f"No answer came to {action['action']}: {reason}."))
                # Whoever asked may be gone; asyncio must not report this as never looked at.
                action.future.exception()
        self.responses.clear()
