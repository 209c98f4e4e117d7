"""An S3-compatible server of the test run's own, which notes what was asked and can be taken away."""

import threading
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import httpx
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from pydantic import SecretStr
from werkzeug.serving import make_server

from callcenter.settings import BucketSettings


class Asked(NamedTuple):
    """A request: its method, path, Range, and the bytes that were answered."""

    method: str
    path: str
    span: str
    answered: int


class BucketServer:
    """Moto's S3 over HTTP, in a thread. `is_away`: it answers nothing but 503, as a server that is starting does."""

    def __init__(self) -> None:
        self._s3 = DomainDispatcherApplication(create_backend_app)
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.asked: list[Asked] = []
        self.is_away = False

    @property
    def settings(self) -> BucketSettings:
        """How it is reached."""
        return BucketSettings(
            endpoint=f"http://127.0.0.1:{self._server.server_port}",
            region="us-east-1",
            key="k",
            secret=SecretStr("s3cret"),
        )

    def make_bucket(self, name: str) -> None:
        """Makes a bucket."""
        httpx.put(f"{self.settings.endpoint}/{name}").raise_for_status()

    def stop(self) -> None:
        """Ends it with its buckets, which Moto keeps for the process: its address refuses connections from now on."""
        self.is_away = False
        httpx.post(f"{self.settings.endpoint}/moto-api/reset").raise_for_status()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _answer(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if self.is_away:
            start_response("503 Service Unavailable", [("Content-Length", "0")])
            return [b""]
        content = b"".join(self._s3(environ, start_response))
        span = environ.get("HTTP_RANGE", "")
        self.asked.append(Asked(environ["REQUEST_METHOD"], environ["PATH_INFO"], span, len(content)))
        return [content]
