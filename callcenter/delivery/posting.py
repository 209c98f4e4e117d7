"""Posts a webhook: signed, to an address that was looked up and judged in the same step, following no redirect."""

import asyncio
import socket
import ssl
from collections.abc import Iterable
from functools import cache

import httpx

from callcenter import __version__
from callcenter.delivery.rules import WHY_REFUSED, Address, Network, literal, may_reach, sign
from callcenter.delivery.tables import Delivery, Webhook
from callcenter.delivery.trying import Answer
from callcenter.floor.terms import Instant, Seconds

POST_SECONDS: Seconds = 10
"""How long a receiver may take in all; it should answer first and work later."""

URGENT_POST_SECONDS: Seconds = 5
"""The same for what is news for a short while only."""

HEARD_BYTES = 500
"""So much of an answer is kept in the log."""


class Refused(Exception):
    """The receiver's name leads where webhooks do not go."""


async def post(webhook: Webhook, row: Delivery, at: Instant, allowed: Iterable[Network]) -> Answer:
    """Posts a delivery; any 2xx means that it has arrived, and 410 that it is never wanted again."""
    patience = POST_SECONDS if row.expires_at is None else URGENT_POST_SECONDS
    headers = {
        "content-type": "application/json",
        "user-agent": f"callcenter/{__version__}",
        "webhook-id": row.delivery_id,
        "webhook-timestamp": str(int(at)),
        "webhook-signature": sign(webhook.secret, row.delivery_id, int(at), row.content),
    }
    try:
        async with asyncio.timeout(patience):
            return await _post(httpx.URL(webhook.url), headers, row.content, allowed)
    except TimeoutError:
        return Answer(None, f"no answer within {patience:g} s")
    except Refused as error:
        return Answer(None, str(error), is_final=True)
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        return Answer(None, f"{type(error).__name__}: {error}")


@cache
def _tls() -> ssl.SSLContext:
    # Reading all the authorities takes some 20 ms: once is enough.
    return httpx.create_ssl_context()


async def _post(url: httpx.URL, headers: dict[str, str], content: bytes, allowed: Iterable[Network]) -> Answer:
    address = await _address_of(url, allowed)
    # The name was judged by its address, so that very address is called: the name could lead elsewhere a moment later.
    there = url.copy_with(host=str(address))
    headers["host"] = url.netloc.decode()
    async with (
        httpx.AsyncClient(verify=_tls(), timeout=POST_SECONDS, follow_redirects=False, trust_env=False) as client,
        client.stream("POST", there, content=content, headers=headers, extensions={"sni_hostname": url.host}) as answer,
    ):
        said = await _beginning(answer)
    return _answer(answer, said)


async def _address_of(url: httpx.URL, allowed: Iterable[Network]) -> Address:
    """The first address of the host, if webhooks may go to all of them. Raises Refused, OSError."""
    networks = tuple(allowed)
    found = await asyncio.get_running_loop().getaddrinfo(url.host, url.port or 0, type=socket.SOCK_STREAM)
    addresses = [address for entry in found if (address := literal(str(entry[4][0]).partition("%")[0])) is not None]
    for address in addresses:
        if not may_reach(address, networks):
            raise Refused(f"{url.host} is {address}: {WHY_REFUSED}")
    if not addresses:
        raise OSError(f"{url.host} has no address")
    return addresses[0]


async def _beginning(answer: httpx.Response) -> str:
    heard = b""
    async for chunk in answer.aiter_bytes(HEARD_BYTES):
        heard += chunk
        if len(heard) >= HEARD_BYTES:
            break
    return heard[:HEARD_BYTES].decode(errors="replace")


def _answer(answer: httpx.Response, said: str) -> Answer:
    status = answer.status_code
    if answer.is_redirect:
        said = f"redirects are not followed; the receiver is at {answer.headers.get('location', '')}"
    return Answer(status, said, has_arrived=answer.is_success, is_final=status == httpx.codes.GONE)
