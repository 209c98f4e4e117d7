"""Asks an HTTP server on this machine, one request a connection, off the loop's thread."""

import asyncio
from http.client import HTTPConnection, HTTPException
from typing import NamedTuple

from callcenter.errors import SetupFailed

TIMEOUT_SECONDS = 10.0


class Address(NamedTuple):
    """Where a server listens."""

    host: str
    port: int


class Request(NamedTuple):
    """What is asked."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes = b""


class Answer(NamedTuple):
    """What came back; header names are in lower case, the last of equal ones wins."""

    status: int
    headers: dict[str, str]
    body: bytes


async def ask(address: Address, request: Request) -> Answer:
    """Raises SetupFailed when nobody answers."""
    try:
        return await asyncio.to_thread(_ask, address, request)
    except (OSError, HTTPException) as error:
        raise SetupFailed(f"{request.method} http://{address.host}:{address.port}: {error}") from error


def _ask(address: Address, request: Request) -> Answer:
    connection = HTTPConnection(*address, timeout=TIMEOUT_SECONDS)
    try:
        connection.request(request.method, request.target, request.body or None, request.headers)
        response = connection.getresponse()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, headers, response.read())
    finally:
        connection.close()
