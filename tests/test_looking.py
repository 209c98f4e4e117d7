"""What is looked at each minute or night: at once, one at a time, and ended quietly with the block."""

import asyncio
import logging

import pytest

from callcenter.looking import looking


async def test_it_looks_at_once_and_when_told() -> None:
    looks = asyncio.Semaphore(0)

    async def look() -> None:
        looks.release()

    async with looking(look, at_once=True, hour=3) as soon:
        await asyncio.wait_for(looks.acquire(), 10)
        soon()
        await asyncio.wait_for(looks.acquire(), 10)


async def test_what_goes_on_at_the_end_is_broken_off_quietly_and_has_ended(caplog: pytest.LogCaptureFixture) -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def look() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.set()

    async with looking(look, at_once=True, hour=3):
        await asyncio.wait_for(begun.wait(), 10)
    assert ended.is_set()
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
