"""The API's own description leaves nothing out: of each operation what it is for, who may, and how it refuses."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import pytest
from fastapi import APIRouter

from callcenter import __version__
from callcenter.app import EVENT_KINDS, App, running
from callcenter.delivery.kinds import TEST
from callcenter.description import DescribedApi
from callcenter.route_words import SUMMARIES
from callcenter.settings import Settings
from scripts.typescript import types_of

Operation = dict[str, Any]


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[App]:
    async with running(Settings(data_folder=tmp_path)) as app:
        yield app


def _operations(described: dict[str, Any]) -> Iterator[tuple[str, str, Operation]]:
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            yield method.upper(), path, operation


def _missing(described: dict[str, Any]) -> list[str]:
    """What is not said of which operation."""
    missing, schemas = [], described.get("components", {}).get("schemas", {})
    for method, path, operation in _operations(described):
        answers = operation["responses"]
        refusals = [answer for status, answer in answers.items() if status.startswith(("4", "5"))]
        said = {
            "summary": operation["summary"],
            "who may": operation["description"],
            "success": any(status.startswith(("2", "3")) for status in answers),
            "refusals as problems": all("application/problem+json" in answer["content"] for answer in refusals),
            "401 and 403": "security" not in operation or {"401", "403"} <= answers.keys(),
            "422": not {"parameters", "requestBody"} & operation.keys() or "422" in answers,
            "answer": all(_is_described(answer, schemas) for status, answer in answers.items() if status[0] == "2"),
        }
        missing += [f"{method} {path}: {name}" for name, is_said in said.items() if not is_said]
    return missing


def _is_described(answer: dict[str, Any], schemas: dict[str, Any]) -> bool:
    """Whether it is told what is in it: a file, nothing at all, or an object whose fields are named."""
    return all(_says_what(content["schema"], schemas) for content in answer.get("content", {}).values())


def _says_what(schema: dict[str, Any], schemas: dict[str, Any]) -> bool:
    if "$ref" in schema:
        return _says_what(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    if "anyOf" in schema:
        return all(_says_what(each, schemas) for each in schema["anyOf"])
    return "properties" in schema or schema.get("format") == "binary" or schema.get("type") == "null"


async def test_nothing_is_missing(app: App) -> None:
    described = app.web.openapi()
    assert _missing(described) == []
    assert described["info"]["version"] == __version__
    names = [operation["operationId"] for _, _, operation in _operations(described)]
    assert len(names) == len(set(names))


async def test_answers_that_few_routes_give_are_described(app: App) -> None:
    paths = app.web.openapi()["paths"]
    assert "application/json" in paths["/api/health"]["get"]["responses"]["503"]["content"]
    added = paths["/api/lists/{list_id}/targets"]["post"]["responses"]
    assert "application/json" in added["201"]["content"].keys() & added["422"]["content"].keys()
    assert {"200", "202", "503", "504"} <= paths["/api/seats/{pbx}/{interface}/ready"]["post"]["responses"].keys()


async def test_every_summary_is_of_a_route(app: App) -> None:
    routes = {f"{method} {path}" for method, path, _ in _operations(app.web.openapi())}
    assert SUMMARIES.keys() - routes == set()


async def test_examples_are_what_is_described(app: App) -> None:
    described = app.web.openapi()
    schemas, examples = {}, {}
    for method, path, operation in _operations(described):
        taken = [("takes", operation.get("requestBody", {}))]
        told = [(code, answer) for code, answer in operation["responses"].items() if code[0] == "2"]
        for what, body in (*taken, *told):
            if "application/json" in body.get("content", {}):
                content = body["content"]["application/json"]
                schemas[f"{method} {path} {what}"] = content["schema"]
                examples[f"{method} {path} {what}"] = content["example"]
    whole = {"properties": schemas, "components": described["components"]}
    errors = jsonschema_rs.validator_for(whole).iter_errors(examples)
    assert [(*error.instance_path, error.message[:200]) for error in errors] == []


async def test_each_parameter_has_an_example_that_may_be_sent(app: App) -> None:
    described = app.web.openapi()
    whole = {"components": described["components"]}
    sent = [(path, one) for _, path, operation in _operations(described) for one in operation.get("parameters", ())]
    sent += [(kind, one) for kind, of in described["webhooks"].items() for one in of["post"]["parameters"]]
    assert {one["in"] for _, one in sent} == {"path", "query", "header"}
    wrong = [
        (path, one["name"], one.get("example"))
        for path, one in sent
        if "example" not in one
        or not jsonschema_rs.validator_for(whole | one["schema"], validate_formats=True).is_valid(one["example"])
    ]
    assert wrong == []


async def test_examples_of_parameters_follow_from_their_names_and_defaults(app: App) -> None:
    paths = app.web.openapi()["paths"]
    named = {
        (path, one["name"]): one["example"]
        for path in ("/api/users", "/api/calls", "/api/reports/staffing", "/api/seats/{pbx}/{interface}/ready")
        for operation in paths[path].values()
        for one in operation.get("parameters", ())
    }
    assert named["/api/seats/{pbx}/{interface}/ready", "interface"] == "PJSIP/1001"
    assert (named["/api/users", "limit"], named["/api/calls", "talk_from"]) == (50, 42.5)
    assert (named["/api/reports/staffing", "target"], named["/api/reports/staffing", "from"]) == (0.8, "2026-03-02")


async def test_events_for_webhooks_are_described(app: App) -> None:
    described = app.web.openapi()
    assert described["openapi"].startswith("3.1")
    assert described["webhooks"].keys() == {kind.name for kind in (*EVENT_KINDS, TEST)}
    for kind, operations in described["webhooks"].items():
        content = operations["post"]["requestBody"]["content"]["application/json"]
        whole = {**content["schema"], "components": described["components"]}
        assert list(jsonschema_rs.validator_for(whole).iter_errors(content["example"])) == []
        assert content["example"]["type"] == kind
        assert operations["post"]["description"]
        assert {"2XX", "410"} <= operations["post"]["responses"].keys()


async def test_the_panel_can_be_given_types_of_all(app: App) -> None:
    types = types_of(app.web.openapi())
    assert "callcenter__" not in types
    assert '"GET /api/tickets/{ticket_id}": { path: { ticket_id: number | string; }; answer: WholeTicket; };' in types
    assert 'outcome: TicketsOutcome | "";' in types


async def _nothing() -> dict[str, int]:
    return {}


def test_a_route_without_words_is_found() -> None:
    web = DescribedApi()
    router = APIRouter()
    router.add_api_route("/api/forgotten", _nothing)
    web.include_router(router)
    assert _missing(web.openapi()) == ["GET /api/forgotten: summary", "GET /api/forgotten: answer"]


async def test_nobody_signed_in_is_told_nothing(app: App) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app.web), base_url="http://centre") as client:
        assert (await client.get("/api/openapi.json")).status_code == 401
