"""The API's own description (OpenAPI 3.1): what each route takes, answers and asks for, at `/api/openapi.json`."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from pydantic import TypeAdapter
from starlette.routing import BaseRoute
from typing_extensions import override

from callcenter import __version__
from callcenter.accounts.api import COOKIE, PANEL_HEADER, PANEL_VALUE, Requires, requires, rules_at
from callcenter.accounts.once import HEADER, LONGEST_KEY, REPLAYED, paths_with_key
from callcenter.description_examples import add_examples, add_units
from callcenter.live_answers import Frame
from callcenter.problems import Problem
from callcenter.recordings.copying import MEDIA_TYPES as AUDIO_TYPES
from callcenter.reports.export import MEDIA_TYPES
from callcenter.route_words import summary_of

Operation = dict[str, Any]
MethodAndPath = tuple[str, str]

WORDS = f"""Everything the panel does. Instants are seconds since 1970-01-01 UTC, durations end in `_seconds`, shares
are 0-1. A request that changes something with the cookie of a session carries `{PANEL_HEADER}: {PANEL_VALUE}`; with an
API key it needs no such header. Every error is `application/problem+json`. docs/api.md says more."""

PROBLEM = {
    "type": "object",
    "title": "Problem",
    "description": "An error; `code` is a stable word for programs, `field` the input at fault. Of one that has not "
    "the form that this description tells, `reason` is the rule that it breaks, in pydantic's words, and `limits` are "
    "the numbers of that rule.",
    "properties": {
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "field": {"type": "string"},
        "reason": {"type": "string"},
        "limits": {"type": "object", "additionalProperties": {"type": "number"}},
    },
    "required": ["title", "status", "code", "detail"],
    "additionalProperties": False,
}
GATES = {
    "session": {"type": "apiKey", "in": "cookie", "name": COOKIE},
    "key": {"type": "http", "scheme": "bearer", "description": "an API key (POST /api/keys)"},
}
OWN_BODIES: Mapping[MethodAndPath, tuple[str, str]] = {
    ("GET", "/api/health"): ("503", "The database cannot be reached; the body is that of success"),
    ("POST", "/api/lists/{list_id}/import"): ("422", "Nothing was imported; the body says which rows were refused"),
    ("POST", "/api/lists/{list_id}/targets"): ("422", "Nothing was added; the body says which targets were refused"),
}
"""Refusals that have the body of a success."""

EVENT_HEADERS = {
    "webhook-id": "The id of the delivery: the same whenever it comes again",
    "webhook-timestamp": "When it was sent: seconds since 1970-01-01 UTC",
    "webhook-signature": "By the webhook's secret, as Standard Webhooks have it: `v1,…`",
}
EVENT_ANSWERS = {
    "2XX": "It has arrived",
    "410": "It is never wanted again",
    "default": "It has not arrived: it is tried again",
}

OF_FASTAPI = ("HTTPValidationError", "ValidationError")
"""Schemas of errors that are never sent: ours are problems."""

OF_ASTERISK = ("/api/seats/", "/api/waiting/", "/api/agents/mine/desks/")
"""Below these everything is asked of Asterisk, which may be away, or do it later."""
THE_PHONE_IS_AWAY = (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT)


IDEMPOTENCY_KEY: Operation = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "Sent again under the same key within a day, the request has the answer that it had.",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[ -~]*$"},
}
IS_REPLAYED: Operation = {"description": "`true`: the answer to an earlier request", "schema": {"type": "string"}}


class DescribedApi(FastAPI):
    """The web application; what it says of itself is complete: who may, and how it refuses."""

    @override
    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is not None:
            return self.openapi_schema
        described = super().openapi()
        described["info"] = {"title": "callcenter", "version": __version__, "description": WORDS}
        self._complete(described)
        components = described.setdefault("components", {})
        schemas = components.setdefault("schemas", {})
        for name in OF_FASTAPI:
            schemas.pop(name, None)
        schemas["Problem"] = PROBLEM
        schemas |= _live_frames()
        components["securitySchemes"] = GATES
        add_units(schemas)
        for operations in (*described["paths"].values(), *described.get("webhooks", {}).values()):
            for operation in operations.values():
                add_examples(operation, schemas)
        self.openapi_schema = _plainly_named(described)
        return self.openapi_schema

    def _complete(self, described: dict[str, Any]) -> None:
        """Each operation and each event says what FastAPI does not know of it."""
        rules = dict(rules_of(self.routes))
        for path, operations in described["paths"].items():
            for method, operation in operations.items():
                _complete(operation, method.upper(), path, rules.get((method.upper(), path)))
        for path in paths_with_key(self.routes):
            _add_key(described["paths"][_without_converters(path)]["post"])
        for kind, of_kind in described.get("webhooks", {}).items():
            _complete_event(of_kind["post"], kind)


def description_routes(web: FastAPI) -> APIRouter:
    """`/api/openapi.json`, for whoever is signed in."""
    routes = APIRouter(dependencies=[requires(reach="shared")])

    @routes.get("/api/openapi.json", include_in_schema=False)
    async def description() -> JSONResponse:
        return JSONResponse(web.openapi())

    return routes


def rules_of(routes: list[BaseRoute]) -> Iterator[tuple[MethodAndPath, Requires]]:
    """The door of each route that has one."""
    for route in iter_route_contexts(routes):
        dependant = getattr(route, "dependant", None)
        for rule in rules_at(dependant) if dependant else ():
            for method in route.methods or ():
                yield (method, _without_converters(route.path or "")), rule


def _without_converters(path: str) -> str:
    """As the description writes it: `{interface:path}` is `{interface}` there."""
    return path.replace(":path}", "}")


def _complete(operation: Operation, method: str, path: str, rule: Requires | None) -> None:
    words = path.removeprefix("/api/").replace(".", "/").replace("{", "").replace("}", "").split("/")
    operation["operationId"] = "_".join((method.lower(), *words)).replace("-", "_")
    operation["summary"] = summary_of(method, path)
    operation["description"] = "\n\n".join(filter(None, (operation.get("description"), _who(rule))))
    answers = operation["responses"]
    for status in _refusals(operation, path, rule):
        answers[str(status.value)] = _problem(status.phrase)
    answers["4XX"] = _problem("Refused: `code` and `detail` say why")
    _add_own(answers, method, path)
    if rule is not None:
        operation["security"] = [{"session": []}, {"key": []}]
    kinds = _media_types(path)
    if kinds:
        answers["200"]["content"] = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in kinds}


def _complete_event(operation: Operation, kind: str) -> None:
    """What a receiver is sent besides, and what its answers mean; none of them needs a body."""
    operation["operationId"] = "event_" + kind.replace(".", "_")
    operation["summary"] = f"The event `{kind}`"
    operation["parameters"] = [
        {"name": name, "in": "header", "required": True, "description": words, "schema": {"type": "string"}}
        for name, words in EVENT_HEADERS.items()
    ]
    operation["responses"] = {status: {"description": words} for status, words in EVENT_ANSWERS.items()}


def _live_frames() -> dict[str, Any]:
    """What the live feed sends: a document of this kind has no place for websockets, but it has one for their types."""
    told = TypeAdapter(Frame).json_schema(mode="serialization", ref_template="#/components/schemas/{model}")
    return {**told.pop("$defs"), "LiveFrame": told | {"description": "A message of `/api/live` (docs/api.md)."}}


def _plainly_named(described: dict[str, Any]) -> dict[str, Any]:
    """Of several classes of one name each is called by its room: `TicketsStepShape`."""
    plain = {name: _plain(name) for name in described["components"]["schemas"]}
    twice = sorted(name for name, count in Counter(plain.values()).items() if count > 1)
    if twice:
        raise ValueError(f"one room has two shapes of one name: {', '.join(twice)}")
    text = json.dumps(described)
    for name, other in plain.items():
        if other == name:
            continue
        text = text.replace(f'/{name}"', f'/{other}"').replace(f'"{name}":', f'"{other}":')
    named: dict[str, Any] = json.loads(text)
    return named


def _plain(name: str) -> str:
    package, *way = name.split("__")
    return "".join(word.title() for word in way[0].split("_")) + way[-1] if package == "callcenter" and way else name


def _add_own(answers: dict[str, Any], method: str, path: str) -> None:
    """What few routes answer besides."""
    if path.startswith(OF_ASTERISK):
        answers["202"] = {**answers["200"], "description": "Asked for; the floor does not show it yet"}
    if (method, path) in OWN_BODIES:
        status, words = OWN_BODIES[method, path]
        success = next(answer for number, answer in answers.items() if number.startswith("2"))
        answers[status] = {"description": words, "content": success["content"] | _problem(words)["content"]}


def _add_key(operation: Operation) -> None:
    """The header under which the request may be sent again, and what becomes of it then."""
    operation.setdefault("parameters", []).append(IDEMPOTENCY_KEY)
    answers = operation["responses"]
    for status in (HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY):
        answers[str(status.value)] = answers.get(str(status.value), _problem(status.phrase))
    success = next(answer for number, answer in answers.items() if number.startswith("2"))
    success["headers"] = {REPLAYED: IS_REPLAYED}


def _who(rule: Requires | None) -> str:
    if rule is None:
        return "For anybody."
    return f"Needs the permission `{rule.permission}`." if rule.permission else "For whoever is signed in."


def _refusals(operation: Operation, path: str, rule: Requires | None) -> Iterator[HTTPStatus]:
    if rule is not None:
        yield HTTPStatus.UNAUTHORIZED
        yield HTTPStatus.FORBIDDEN
    if "{" in path:
        yield HTTPStatus.NOT_FOUND
    if "requestBody" in operation or "parameters" in operation:
        yield HTTPStatus.UNPROCESSABLE_ENTITY
    if path.startswith(OF_ASTERISK):
        yield from THE_PHONE_IS_AWAY


def _media_types(path: str) -> tuple[str, ...]:
    """What a file is; nothing for what is no file."""
    if path.endswith("/audio"):
        return tuple(AUDIO_TYPES.values())
    ending = path.rpartition(".")[2]
    return (MEDIA_TYPES[ending],) if ending in MEDIA_TYPES else ()


def _problem(words: str) -> Mapping[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": words, "content": {Problem.media_type: {"schema": schema}}}
