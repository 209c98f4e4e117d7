"""Closing a link, whatever it is doing."""

import asyncio
import socket

from callcenter.asterisk.link import Link
from callcenter.settings import PbxSettings
from tests.asterisk.conftest import QUICK, Told


async def test_link_can_be_closed_in_any_turn_of_a_refused_connection() -> None:
    """A refusal that comes in the same turn as the cancellation must not swallow it (asyncio.wait_for did)."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        for turns in range(40):
            link = Link(PbxSettings(port=nobody.getsockname()[1]), sink=Told(), timing=QUICK)
            link.start()
            for _ in range(turns):
                await asyncio.sleep(0)
            async with asyncio.timeout(5):
                await link.close()
            assert link.detail == "closed"
