"""Review forms over their routes: who may, versions, retiring, the score while building, and what is refused."""

import asyncio
from typing import Any

import httpx
import pytest

from callcenter.accounts.rules import Role
from callcenter.quality.service import SHIPPED, ship_forms
from callcenter.store.engine import Sessions
from tests.dialer.test_api import Panel
from tests.quality.conftest import NOW

MAY = {Role.QA, Role.ADMIN}
ROUTES = [
    ("GET", "/review-forms"),
    ("GET", "/review-forms/1"),
    ("POST", "/review-forms"),
    ("PUT", "/review-forms/1"),
    ("POST", "/review-forms/1/retire"),
    ("DELETE", "/review-forms/1/retire"),
    ("POST", "/review-forms/score"),
]
ITEM: dict[str, Any] = {"id": "greets", "kind": "yes_no", "label": {"en": "Greets", "zh": "问候"}, "points": 10}
FORM: dict[str, Any] = {
    "name": {"en": "Short", "zh": "简表"},
    "sections": [{"id": "all", "label": {"en": "All", "zh": "全部"}, "items": [ITEM]}],
}


@pytest.fixture
async def reviewer(panel: Panel) -> httpx.AsyncClient:
    return await panel.of(Role.QA)


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_only_quality_and_administrators_may(panel: Panel, method: str, path: str) -> None:
    for role in Role:
        answer = await (await panel.of(role)).request(method, path, json=FORM)
        assert (answer.status_code == 403) == (role not in MAY), (role, answer.text)
    assert (await (await panel.of(None)).request(method, path, json=FORM)).status_code == 401


async def test_the_three_forms_are_there_once(reviewer: httpx.AsyncClient, sessions: Sessions) -> None:
    await asyncio.gather(*(ship_forms(sessions, NOW) for _ in range(3)))
    forms = (await reviewer.get("/review-forms")).json()["forms"]
    assert [form["shipped_as"] for form in forms] == list(SHIPPED)
    assert [form["name"]["zh"] for form in forms] == ["呼入质检表", "回访质检表", "投诉质检表"]
    assert {form["version"] for form in forms} == {1}


async def test_a_change_makes_a_version_and_the_old_one_stays(reviewer: httpx.AsyncClient) -> None:
    made = (await reviewer.post("/review-forms", json=FORM)).json()
    path = f"/review-forms/{made['id']}"
    assert (made["version"], made["created_by"], made["created_at"]) == (1, "qa", NOW)
    same = (await reviewer.put(path, json=FORM | {"version": 1})).json()
    assert same["version"] == 1
    changed = (await reviewer.put(path, json=FORM | {"version": 1, "name": {"en": "Shorter"}})).json()
    assert (changed["version"], changed["name"]) == (2, {"en": "Shorter", "zh": ""})
    assert (await reviewer.get(path)).json()["version"] == 2
    assert (await reviewer.get(path, params={"version": 1})).json() == made
    late = await reviewer.put(path, json=FORM | {"version": 1})
    assert late.status_code == 409
    assert [form["version"] for form in (await reviewer.get("/review-forms")).json()["forms"]] == [1, 1, 1, 2]


async def test_of_two_changes_at_once_one_is_refused(reviewer: httpx.AsyncClient) -> None:
    changes = [
        reviewer.put("/review-forms/1", json=FORM | {"version": 1, "name": {"en": f"Form {n}"}}) for n in range(2)
    ]
    statuses = [answer.status_code for answer in await asyncio.gather(*changes)]
    assert sorted(statuses) == [200, 409]


async def test_a_retired_form_stays_is_not_changed_and_can_be_taken_back(
    reviewer: httpx.AsyncClient, panel: Panel, sessions: Sessions
) -> None:
    retired = (await reviewer.post("/review-forms/1/retire")).json()
    assert (retired["retired_at"], retired["retired_by"]) == (NOW, "qa")
    again = (await (await panel.of(Role.ADMIN)).post("/review-forms/1/retire")).json()
    assert again["retired_by"] == "qa"
    assert (await reviewer.put("/review-forms/1", json=FORM | {"version": 1})).status_code == 409
    await ship_forms(sessions, NOW + 1)
    assert (await reviewer.get("/review-forms/1")).json()["retired_at"] == NOW
    assert (await reviewer.delete("/review-forms/1/retire")).json()["retired_at"] is None
    assert (await reviewer.put("/review-forms/1", json=FORM | {"version": 1})).json()["version"] == 2


async def test_a_form_is_tried_while_it_is_built(reviewer: httpx.AsyncClient) -> None:
    other = ITEM | {"id": "other", "asked_if": {"item": "greets", "any_of": ["yes"]}}
    form = {"name": {"en": "F"}, "sections": [FORM["sections"][0] | {"items": [ITEM, other]}]}
    told = (
        await reviewer.post("/review-forms/score", json=form | {"answers": {"greets": True, "other": False}})
    ).json()
    assert (told["total"], told["asked"], told["zeroed_by"]) == (50, ["greets", "other"], [])
    assert told["items"]["greets"] == {"points": 50, "weight": 50}
    none = (await reviewer.post("/review-forms/score", json=form | {"answers": {}})).json()
    assert (none["total"], none["asked"]) == (None, ["greets"])
    wrong = await reviewer.post("/review-forms/score", json=form | {"answers": {"greets": "perhaps"}})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "answers.greets")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": {"en": "a\x00b"}}, "name.en"),
        ({"name": {"fr": "Formulaire"}}, "name.fr"),
        ({"sections": []}, "sections"),
        ({"sections": [FORM["sections"][0] | {"items": [ITEM | {"points": -1}]}]}, "sections.0.items.0.points"),
        ({"sections": [FORM["sections"][0] | {"items": [ITEM | {"id": "../x"}]}]}, "sections.0.items.0.id"),
        ({"sections": [FORM["sections"][0] | {"items": [ITEM | {"kind": "text"}]}]}, "sections.0.items.0.kind"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_bad_forms_are_refused_by_field_and_nothing_is_made(
    reviewer: httpx.AsyncClient, change: dict[str, Any], field: str
) -> None:
    refused = await reviewer.post("/review-forms", json=FORM | change)
    assert (refused.status_code, refused.json()["field"]) == (422, field)
    assert len((await reviewer.get("/review-forms")).json()["forms"]) == len(SHIPPED)


async def test_forms_and_versions_that_are_not_there(reviewer: httpx.AsyncClient) -> None:
    assert (await reviewer.get("/review-forms/99")).status_code == 404
    assert (await reviewer.get("/review-forms/1", params={"version": 7})).status_code == 404
    assert (await reviewer.put("/review-forms/99", json=FORM | {"version": 1})).status_code == 404
    assert (await reviewer.post("/review-forms/99/retire")).status_code == 404
    assert (await reviewer.delete("/review-forms/99/retire")).status_code == 404
    assert (await reviewer.get("/review-forms/one")).status_code == 422
