"""Browsers of several people at one app, each signed in by the route of signing in."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI

from tests.accounts.conftest import SECRET
from tests.serving import PANEL


@asynccontextmanager
async def browser(
    web: FastAPI, username: str, password: str = SECRET, agent: str = ""
) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody signed in."""
    async with stranger(web) as panel:
        headers = {"User-Agent": agent} if agent else {}
        answer = await panel.post("/api/session", json={"username": username, "password": password}, headers=headers)
        assert answer.status_code == 200, answer.text
        yield panel


@asynccontextmanager
async def stranger(web: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A browser with the panel open, not signed in."""
    transport = httpx.ASGITransport(web, client=("192.0.2.1", 5060))
    async with httpx.AsyncClient(transport=transport, base_url="http://centre", headers=PANEL) as panel:
        yield panel
