"""Writes down what the tests ask of the API and are answered: `scripts/examples.py` chooses examples among it.

A plugin of pytest (`-p tests.recorder`) that does something only where RECORD_EXAMPLES names a folder.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest

FOLDER = os.environ.get("RECORD_EXAMPLES")
LONGEST = 200_000


@pytest.fixture(scope="session", autouse=True)
def _recorded() -> Iterator[None]:
    if FOLDER is None:
        yield
        return
    patch = pytest.MonkeyPatch()
    send, asynchronous = httpx.Client.send, httpx.AsyncClient.send
    with (Path(FOLDER) / f"{os.getpid()}.jsonl").open("a", encoding="utf-8") as file:

        def note(request: httpx.Request, answer: httpx.Response) -> None:
            if (one := _exchange(request, answer)) is not None:
                file.write(json.dumps(one) + "\n")
                file.flush()

        def sending(client: httpx.Client, request: httpx.Request, **options: Any) -> httpx.Response:
            answer = send(client, request, **options)
            note(request, answer)
            return answer

        async def sending_later(client: httpx.AsyncClient, request: httpx.Request, **options: Any) -> httpx.Response:
            answer = await asynchronous(client, request, **options)
            note(request, answer)
            return answer

        patch.setattr(httpx.Client, "send", sending)
        patch.setattr(httpx.AsyncClient, "send", sending_later)
        yield
        patch.undo()


def _exchange(request: httpx.Request, answer: httpx.Response) -> dict[str, Any] | None:
    """One exchange; nothing where it was refused, or is no JSON."""
    if not answer.is_success or not request.url.path.startswith("/api/") or not answer.is_stream_consumed:
        return None
    try:
        said = json.loads(request.content) if request.content else None
        told = json.loads(answer.content) if answer.content else None
    except (ValueError, httpx.RequestNotRead):
        return None
    if len(request.content) + len(answer.content) > LONGEST:
        return None
    return {
        "method": request.method,
        "path": request.url.raw_path.decode("ascii").partition("?")[0],
        "query": parse_qsl(request.url.query.decode("ascii")),
        "request": said,
        "status": answer.status_code,
        "response": told,
    }
