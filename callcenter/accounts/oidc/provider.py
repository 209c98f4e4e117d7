"""The OpenID provider: people are sent there, and what they bring back is proved (OpenID Connect Core, section 3.1).

Only what the provider's own description names is asked: no redirect is followed, no proxy of the environment is used.
"""

import asyncio
import base64
import hashlib
import logging
import secrets
import ssl
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpx
import jwt
import msgspec
from msgspec import Struct

from callcenter.accounts.oidc.rules import Naming, Person, Refused, claim, person_of
from callcenter.accounts.tokens import new_token
from callcenter.errors import SetupFailed
from callcenter.floor.terms import Seconds
from callcenter.settings import OidcSettings, is_safe_address

log = logging.getLogger(__name__)

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures that only the provider can make: neither none, nor one by a secret that this server has, too."""

CLAIMS = ("iss", "sub", "aud", "exp", "iat")
CLOCK_SKEW: Seconds = 60
TIMEOUT_SECONDS: Seconds = 10
MOST_BYTES = 256 * 1024
AT_ONCE = 8
"""So many answers are proved at a time: anybody may send some, and each makes the server ask the provider."""

DESCRIBED_SECONDS: Seconds = 3600
KEYS_SECONDS: Seconds = 60
"""A key that is not known makes the server ask for the keys again, but not more often than this."""


class Asked(Struct, frozen=True):
    """What the browser keeps while its user is at the provider. The three words belong to one sign-in."""

    state: str
    nonce: str
    verifier: str
    goes_to: str


class Answer(Struct, frozen=True):
    """What the provider sent the browser back with."""

    state: str = ""
    code: str = ""
    error: str = ""
    issuer: str = ""


class Provider:
    """The provider of the settings. `begin` and `proved` raise Refused where it cannot be asked, or proves nothing."""

    def __init__(
        self, settings: OidcSettings, secret: str, client: httpx.AsyncClient, clock: Callable[[], Seconds]
    ) -> None:
        self.settings = settings
        self._secret, self._client, self._clock = secret, client, clock
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._described: tuple[Seconds, Mapping[str, Any]] | None = None
        self._keys: tuple[Seconds, Sequence[Mapping[str, Any]]] | None = None

    async def begin(self, redirect_uri: str, goes_to: str) -> tuple[str, Asked]:
        """The provider's page to send somebody to, and what their browser keeps meanwhile."""
        described = await self._description()
        asked = Asked(new_token(), new_token(), new_token(), goes_to)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(asked.verifier.encode()).digest()).rstrip(b"=").decode()
        question = urlencode(
            {
                "response_type": "code",
                "client_id": self.settings.client_id,
                "redirect_uri": redirect_uri,
                "scope": " ".join(self.settings.scopes),
                "state": asked.state,
                "nonce": asked.nonce,
                "code_challenge": challenge,
                "code_challenge_method": "S256",
            },
            quote_via=quote,
        )
        page = _endpoint(described, "authorization_endpoint")
        return f"{page}{'&' if urlsplit(page).query else '?'}{question}", asked

    async def proved(self, asked: Asked, answer: Answer, redirect_uri: str) -> Person:
        """Who came back. Raises Refused unless the answer belongs to the question and the provider vouches for it."""
        if not secrets.compare_digest(answer.state.encode(), asked.state.encode()):
            raise Refused("broken_off", "the answer belongs to no question of this browser")
        if answer.issuer and answer.issuer != self.settings.issuer:  # RFC 9207: of two providers the other one
            raise Refused("not_proved", "another provider answered")
        if answer.error:
            raise Refused("refused_there", f"the provider says {answer.error[:100]!r}")
        async with self._gate:
            described = await self._description()
            tokens = await self._redeem(described, answer.code, asked.verifier, redirect_uri)
            claims = await self._verified(described, tokens.get("id_token"), asked.nonce)
            claims = await self._told_besides(described, claims, tokens.get("access_token"))
        return person_of(self.settings.issuer, claims, self._naming)

    @property
    def _naming(self) -> Naming:
        return Naming(self.settings.username_claim, self.settings.name_claim, self.settings.groups_claim)

    async def _description(self) -> Mapping[str, Any]:
        now = self._clock()
        if self._described is None or now - self._described[0] > DESCRIBED_SECONDS:
            described = await self._json("GET", f"{self.settings.issuer.rstrip('/')}/.well-known/openid-configuration")
            if described.get("issuer") != self.settings.issuer:
                raise Refused("provider_away", f"it calls itself {described.get('issuer')!r}: see accounts.oidc.issuer")
            self._described = (now, described)
        return self._described[1]

    async def _redeem(
        self, described: Mapping[str, Any], code: str, verifier: str, redirect_uri: str
    ) -> Mapping[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        ways = described.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        client = self.settings.client_id
        headers = {}
        if self._secret and "client_secret_basic" in ways:
            # Both are encoded before they are joined (RFC 6749, section 2.3.1).
            both = f"{quote(client, safe='')}:{quote(self._secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(both.encode()).decode()}"
        else:
            form |= {"client_id": client} | ({"client_secret": self._secret} if self._secret else {})
        return await self._json("POST", _endpoint(described, "token_endpoint"), data=form, headers=headers)

    async def _verified(self, described: Mapping[str, Any], token: Any, nonce: str) -> Mapping[str, Any]:
        if not isinstance(token, str):
            raise Refused("not_proved", "there is no ID token")
        try:
            key = await self._key_of(described, jwt.get_unverified_header(token))
            claims: Mapping[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[key.algorithm_name],
                audience=self.settings.client_id,
                issuer=self.settings.issuer,
                leeway=CLOCK_SKEW,
                options={"require": list(CLAIMS)},
            )
        except jwt.PyJWTError as error:
            raise Refused("not_proved", f"the ID token: {error}") from error
        if not secrets.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
            raise Refused("not_proved", "the ID token was made for another sign-in")
        if len(_listed(claims["aud"])) > 1 and claims.get("azp") != self.settings.client_id:
            raise Refused("not_proved", "the ID token was made for another client")
        return claims

    async def _key_of(self, described: Mapping[str, Any], header: Mapping[str, Any]) -> jwt.PyJWK:
        algorithm = header.get("alg")
        if algorithm not in ALGORITHMS:
            raise Refused("not_proved", f"the ID token is signed by {algorithm!r}")
        key = _named(await self._key_set(described), header)
        if key is None:
            key = _named(await self._key_set(described, not_older_than=KEYS_SECONDS), header)
        if key is None:
            raise Refused("not_proved", "the provider has no such key")
        return jwt.PyJWK(dict(key), algorithm)

    async def _key_set(
        self, described: Mapping[str, Any], not_older_than: Seconds = DESCRIBED_SECONDS
    ) -> Sequence[Mapping[str, Any]]:
        now = self._clock()
        if self._keys is None or now - self._keys[0] > not_older_than:
            keys = (await self._json("GET", _endpoint(described, "jwks_uri"))).get("keys")
            self._keys = (now, [key for key in _listed(keys) if isinstance(key, Mapping)])
        return self._keys[1]

    async def _told_besides(
        self, described: Mapping[str, Any], claims: Mapping[str, Any], token: Any
    ) -> Mapping[str, Any]:
        """The same with what the provider tells only when it is asked for it: many keep ID tokens short."""
        wanted = filter(None, (self.settings.username_claim, self.settings.name_claim, self.settings.groups_claim))
        is_all = all(claim(claims, name) is not None for name in wanted)
        if is_all or not isinstance(token, str) or "userinfo_endpoint" not in described:
            return claims
        headers = {"Authorization": f"Bearer {token}"}
        told = await self._json("GET", _endpoint(described, "userinfo_endpoint"), headers=headers)
        if told.get("sub") != claims["sub"]:
            raise Refused("not_proved", "what the provider tells besides is about somebody else")
        return {**told, **claims}

    async def _json(self, method: str, address: str, **sent: Any) -> Mapping[str, Any]:
        status, body = await self._answer(method, address, **sent)
        try:
            said = msgspec.json.decode(body)
        except msgspec.MsgspecError as error:
            raise Refused("provider_away", f"{address} answers {status}, and no JSON") from error
        if not isinstance(said, dict):
            raise Refused("provider_away", f"{address} answers no JSON object")
        if status in (400, 401):
            raise Refused("not_proved", f"{address} answers {str(said.get('error'))[:100]!r}")
        if status != httpx.codes.OK:
            raise Refused("provider_away", f"{address} answers {status}")
        return said

    async def _answer(self, method: str, address: str, **sent: Any) -> tuple[int, bytes]:
        body = bytearray()
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS), self._client.stream(method, address, **sent) as answer:
                async for piece in answer.aiter_bytes():
                    body += piece
                    if len(body) > MOST_BYTES:
                        raise Refused("provider_away", f"{address} says too much")
                return answer.status_code, bytes(body)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise Refused("provider_away", f"{address}: {error!r}") from error


@asynccontextmanager
async def provider_of(
    settings: OidcSettings | None,
    clock: Callable[[], Seconds] = time.monotonic,
    transport: httpx.AsyncBaseTransport | None = None,
) -> AsyncIterator[Provider | None]:
    """The provider of the settings, if they name one, while the block lasts. Raises SetupFailed for the secret's file.

    Its certificate is one that this machine trusts.
    """
    if settings is None:
        yield None
        return
    file = settings.client_secret_file
    secret = _secret(file) if file else settings.client_secret.get_secret_value()
    async with httpx.AsyncClient(
        verify=ssl.create_default_context(),
        timeout=TIMEOUT_SECONDS,
        follow_redirects=False,
        trust_env=False,
        transport=transport,
    ) as client:
        yield Provider(settings, secret, client, clock)


def _secret(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SetupFailed(f"accounts.oidc.client_secret_file: {error}") from error


def _endpoint(described: Mapping[str, Any], name: str) -> str:
    address = described.get(name)
    if not isinstance(address, str) or not is_safe_address(address):
        raise Refused("provider_away", f"its {name} is {address!r}")
    return address


def _named(keys: Sequence[Mapping[str, Any]], header: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The key that made a signature; a token that names none has that of the only one there is."""
    usable = [key for key in keys if key.get("use", "sig") == "sig" and key.get("alg", header["alg"]) == header["alg"]]
    kid = header.get("kid")
    found = usable if kid is None else [key for key in usable if key.get("kid") == kid]
    return found[0] if len(found) == 1 else None


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
