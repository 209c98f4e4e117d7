"""The routes of signing in at the provider (docs/api.md, Sign-in), which a browser follows from page to page."""

import base64
import logging
from typing import Annotated
from urllib.parse import urlencode

import msgspec
from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse
from pydantic import BaseModel

from callcenter.accounts.api import COOKIE, address_of, leave_word
from callcenter.accounts.oidc.people import account_for
from callcenter.accounts.oidc.provider import Answer, Asked, Provider
from callcenter.accounts.oidc.rules import START_PAGE, Reason, Refused, own_page
from callcenter.accounts.service import Access, close_session, open_session
from callcenter.accounts.session_api import Centre
from callcenter.errors import NotFound

log = logging.getLogger(__name__)

PLACE = "/api/session/oidc"
KEPT_COOKIE = "callcenter_oidc"
KEPT_SECONDS = 600
"""So long somebody may take at the provider's page."""

SEE_OTHER = 303
Page = Annotated[str, Query(max_length=4096)]
Word = Annotated[str, Query(max_length=4096, pattern=r"^[\x20-\x7e]*$")]
"""What a provider sends back is visible ASCII (RFC 6749, appendix A)."""


class Label(BaseModel):
    """What the button says that leads to the provider."""

    label_en: str
    label_zh: str


class Ways(BaseModel):
    """How one may sign in: by a password of this centre, at a provider, or both."""

    by_password: bool
    by_provider: Label | None = None


def oidc_routes(access: Access, centre: Centre, provider: Provider | None) -> APIRouter:
    """`/api/session/ways` and `/api/session/oidc`."""
    routes = APIRouter()

    @routes.get("/api/session/ways")
    async def ways() -> Ways:
        label = None
        if provider is not None:
            label = Label(label_en=provider.settings.label_en, label_zh=provider.settings.label_zh)
        return Ways(by_password=access.takes_passwords, by_provider=label)

    @routes.get(PLACE, status_code=SEE_OTHER, response_class=RedirectResponse)
    async def begin(request: Request, to: Page = START_PAGE) -> RedirectResponse:
        try:
            page, asked = await _there(provider).begin(_back(request), own_page(to))
        except Refused as refused:
            return _refused(refused)
        return _kept_for_later(RedirectResponse(page, SEE_OTHER), asked, is_secure=centre.secure_cookie)

    @routes.get(f"{PLACE}/callback", status_code=SEE_OTHER, response_class=RedirectResponse)
    async def come_back(
        request: Request, state: Word = "", code: Word = "", error: Word = "", iss: Word = ""
    ) -> RedirectResponse:
        try:
            page, token = await _let_in(request, access, _there(provider), Answer(state, code, error, iss))
        except Refused as refused:
            response = _refused(refused, address_of(request))
        else:
            response = RedirectResponse(page, SEE_OTHER)
            response.set_cookie(COOKIE, token, httponly=True, samesite="strict", secure=centre.secure_cookie)
        response.delete_cookie(KEPT_COOKIE, path=PLACE, httponly=True, samesite="lax", secure=centre.secure_cookie)
        return response

    return routes


async def _let_in(request: Request, access: Access, provider: Provider, answer: Answer) -> tuple[str, str]:
    """Where somebody goes on whom the provider vouches for, and the token of their session. Raises Refused."""
    asked = _kept(request)
    person = await provider.proved(asked, answer, _back(request))
    account, is_new = await account_for(access, person, provider.settings)
    browser = request.headers.get("user-agent", "")
    token = await open_session(access, account, address_of(request), browser, by_provider=True)
    if earlier := request.cookies.get(COOKIE):
        await close_session(access, earlier)
    leave_word(request, account)
    request.state.noted = {"is_new_user": is_new, "roles": ", ".join(account.roles)}
    log.info("signed in at the provider: user %d", account.id)
    return own_page(asked.goes_to), token


def _kept_for_later(response: RedirectResponse, asked: Asked, *, is_secure: bool) -> RedirectResponse:
    response.set_cookie(
        KEPT_COOKIE,
        base64.urlsafe_b64encode(msgspec.json.encode(asked)).decode(),
        max_age=KEPT_SECONDS,
        path=PLACE,
        httponly=True,
        samesite="lax",  # the provider's page leads back here
        secure=is_secure,
    )
    return response


def _there(provider: Provider | None) -> Provider:
    if provider is None:
        raise NotFound("the settings name no provider to sign in at: accounts.oidc")
    return provider


def _back(request: Request) -> str:
    """Where the provider sends people back to: this server, as the browser calls it."""
    return f"{str(request.base_url).rstrip('/')}{PLACE}/callback"


def _kept(request: Request) -> Asked:
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(request.cookies[KEPT_COOKIE]), type=Asked)
    except (KeyError, ValueError, msgspec.MsgspecError) as error:
        raise Refused("broken_off", "the browser kept nothing of a sign-in") from error


def _refused(refused: Refused, address: str = "") -> RedirectResponse:
    log.warning("not signed in at the provider: %s: %s", refused.reason, refused, extra={"pii.address": address})
    reason: Reason = refused.reason
    return RedirectResponse(f"{START_PAGE}?{urlencode({'refused': reason})}", SEE_OTHER)
