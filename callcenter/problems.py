"""Errors as the API tells them: `application/problem+json`, with nothing of the server's inside."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError, ResponseValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from callcenter.errors import BadInput, CallCenterError, NotFound, TooMany
from callcenter.headers import careful_headers

log = logging.getLogger(__name__)

WHERE = ("body", "query", "path", "header", "cookie")


LIMITS = ("min_length", "max_length", "ge", "gt", "le", "lt")


class Problem(JSONResponse):
    """One error: `{"title", "status", "code", "detail", "field"?, "reason"?, "limits"?}`."""

    media_type = "application/problem+json"


def tell_problems(web: FastAPI) -> None:
    """Makes every failure of this app a problem."""
    web.add_exception_handler(CallCenterError, _expected)
    web.add_exception_handler(RequestValidationError, _malformed)
    web.add_exception_handler(HTTPException, _refused_by_routing)
    web.add_exception_handler(ResponseValidationError, _otherwise_than_described)
    web.add_exception_handler(Exception, _unexpected)


def problem(status: int, code: str, detail: str, *, headers: Mapping[str, str] | None = None, **more: Any) -> Problem:
    """The answer that tells of an error; `more` is what else is known of it: field, reason, limits."""
    content: dict[str, Any] = {"title": HTTPStatus(status).phrase, "status": status, "code": code, "detail": detail}
    return Problem(content | {name: one for name, one in more.items() if one}, status_code=status, headers=headers)


async def _expected(_request: Request, error: Any) -> Problem:
    headers = {"Retry-After": f"{error.retry_after_seconds:.0f}"} if isinstance(error, TooMany) else None
    return problem(error.status, error.code, error.message, field=error.field, headers=headers)


async def _malformed(_request: Request, error: Any) -> Problem:
    # The first one only; never the input itself, which may be a password.
    first = error.errors()[0]
    place = first["loc"][1:] if first["loc"][:1] and first["loc"][0] in WHERE else first["loc"]
    field = ".".join(str(step) for step in place)
    told = f"{field}: {first['msg']}" if field else first["msg"]
    limits = {name: value for name, value in first.get("ctx", {}).items() if name in LIMITS}
    return problem(BadInput.status, BadInput.code, told, field=field, reason=first["type"], limits=limits)


async def _refused_by_routing(_request: Request, error: Any) -> Problem:
    code = NotFound.code if error.status_code == NotFound.status else BadInput.code
    return problem(error.status_code, code, HTTPStatus(error.status_code).phrase, headers=error.headers)


async def _otherwise_than_described(request: Request, error: Any) -> JSONResponse:
    """The description is at fault, not who asks: the answer is told all the same. Only the fields go into the log."""
    places = {".".join(str(step) for step in each["loc"]): each["type"] for each in error.errors()}
    log.error("%s %s answers otherwise than described: %s", request.method, request.url.path, places)
    return JSONResponse(jsonable_encoder(error.body), request.scope["route"].status_code or HTTPStatus.OK)


async def _unexpected(_request: Request, _error: Exception) -> Problem:
    # Starlette answers this one outside every middleware, so that the careful headers must come from here.
    return problem(500, CallCenterError.code, "the server failed; its log says why", headers=careful_headers())
