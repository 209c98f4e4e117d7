"""Alerts behind their routes: seen, acknowledged, filtered; rules changed while they watch; who is told outside."""

from collections.abc import AsyncIterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from httpx import AsyncClient
from sqlalchemy import select
from sqlalchemy.orm import undefer

from callcenter.accounts.rules import Role
from callcenter.alerts import service
from callcenter.alerts.api import Desk, alert_routes
from callcenter.alerts.kinds import Scene
from callcenter.alerts.register import Register
from callcenter.alerts.rules import KINDS
from callcenter.alerts.tables import AlertRecord
from callcenter.alerts.watch import Watch
from callcenter.delivery.tables import Delivery, Webhook
from callcenter.floor.changes import View
from callcenter.floor.events import LinkChanged, LinkState
from callcenter.live.keeper import Keeper
from callcenter.store.engine import Sessions
from tests.alerts.diaries import AWAY
from tests.events import as_described
from tests.floor.stories import NOON, PBX, Diary
from tests.serving import PANEL
from tests.web import Site

NINE_TO_TEN: dict[str, Any] = {"weekdays": [1], "from": "09:00", "until": "10:00"}


class Centre:
    """A floor that is watched, with the routes of alerts; time stands unless it is moved."""

    def __init__(self, sessions: Sessions) -> None:
        self.sessions = sessions
        self.now = NOON
        self.day = Diary()
        self.keeper = Keeper(self.day.floor)
        self.shown: dict[str, View | None] = {}
        self.woken = 0
        scene = Scene(self.day.floor, AWAY, lambda key: None)
        self.register = Register(sessions, lambda: self.watch.rules, self._wake)
        self.watch = Watch(scene, ZoneInfo("UTC"), self._publish, self.register.note, lambda: self.now)
        desk = Desk(sessions, self.watch, self.register, self._wake, lambda: self.now)
        self.site = Site(sessions, alert_routes(desk))

    def _publish(self, kind: str, identity: str, fields: View | None) -> None:
        assert kind == "alerts"
        self.shown[identity] = fields

    def _wake(self) -> None:
        self.woken += 1

    async def begins(self) -> "Centre":
        await service.ship_rules(self.sessions)
        self.watch.begin(await service.rules(self.sessions), await service.open_alerts(self.sessions))
        self.tells(lambda day: day.directory("1001", "1002", "1003"))
        self.day.tell(LinkChanged, LinkState.LIVE)
        self._hear()
        return self

    def tells(self, story: Any) -> None:
        self.day.now = self.now
        story(self.day)

    def _hear(self) -> None:
        self.watch.on_changes(self.day.events[-1], self.day.last)
        self.watch.judge()

    def pauses(self, agent: str, reason: str = "break") -> None:
        """An agent is in the queue and pauses."""
        self.day.now = self.now
        self.day.signs_in(agent)
        self._hear()
        self.day.pauses(agent, reason)
        self._hear()

    def passes(self, seconds: float) -> None:
        self.now += seconds
        self.watch.judge()

    async def client(self, role: Role = Role.SUPERVISOR) -> AsyncClient:
        client = await self.site.client(role)
        client.headers.update(PANEL)
        return client

    @property
    def open(self) -> list[dict[str, Any]]:
        return [fields for fields in self.shown.values() if fields is not None]


@pytest.fixture
async def centre(sessions: Sessions) -> AsyncIterator[Centre]:
    centre = Centre(sessions)
    yield await centre.begins()
    centre.watch.close()


async def records(sessions: Sessions) -> list[AlertRecord]:
    async with sessions() as db:
        return list(await db.scalars(select(AlertRecord).order_by(AlertRecord.id)))


async def outbox(sessions: Sessions) -> list[Delivery]:
    async with sessions() as db:
        rows = select(Delivery).order_by(Delivery.id).options(undefer(Delivery.content))
        return list(await db.scalars(rows))


async def a_webhook(sessions: Sessions) -> None:
    async with sessions.begin() as db:
        fields = {"name": "crm", "url": "https://crm.example.org/", "kinds": [], "is_enabled": True}
        db.add(Webhook(**fields, secret="whsec_", created_at=NOON))


async def test_alert_is_kept_shown_acknowledged_and_cleared(centre: Centre) -> None:
    await a_webhook(centre.sessions)
    client = await centre.client()
    centre.pauses("1001")
    centre.passes(601)
    [shown] = centre.open
    assert (shown["kind"], shown["subject_id"], shown["since"]) == (
        "away_long",
        f"{PBX}/PJSIP/1001",
        pytest.approx(NOON, abs=1),
    )
    path = f"/api/alerts/{shown['alert_id']}/acknowledge"
    said = (await client.post(path, json={"note": "called him"})).json()
    assert (said["acknowledged_by"], said["note"]) == (Role.SUPERVISOR, "called him")
    [shown] = centre.open
    assert (shown["acknowledged_by"], shown["acknowledged_at"], shown["note"]) == (
        "supervisor",
        centre.now,
        "called him",
    )
    centre.now += 60
    centre.day.now = centre.now
    centre.day.unpauses("1001")
    centre._hear()
    await centre.register.flush()
    assert centre.open == []
    [row] = (await client.get("/api/alerts?state=cleared")).json()["alerts"]
    assert row["cleared_at"] == centre.now
    assert row["value"] == pytest.approx(661, abs=1)
    assert row["note"] == "called him"
    told = [as_described(one.content) for one in await outbox(centre.sessions)]
    assert [one["type"] for one in told] == ["alert.raised", "alert.acknowledged", "alert.cleared"]
    assert (told[1]["data"]["note"], told[2]["data"]["cleared_at"]) == ("called him", centre.now)
    assert (await client.get("/api/alerts?state=open")).json() == {"alerts": [], "next": None}


async def test_history_is_filtered_and_paged(centre: Centre) -> None:
    client = await centre.client()
    for agent in ("1001", "1002", "1003"):
        centre.pauses(agent)
    centre.passes(601)
    await centre.register.flush()

    async def found(query: str) -> list[str]:
        return [row["kind"] for row in (await client.get(f"/api/alerts?{query}")).json()["alerts"]]

    assert sorted(await found("")) == ["away_long"] * 3 + ["seats_away"]
    assert await found("agent=1001") == ["away_long"]
    assert await found("kind=seats_away&severity=warning&team=day") == ["seats_away"]
    assert await found(f"from={centre.now + 1}") == []
    first = (await client.get("/api/alerts?limit=3")).json()
    rest = (await client.get(f"/api/alerts?limit=3&cursor={first['next']}")).json()
    assert (len(first["alerts"]), len(rest["alerts"]), rest["next"]) == (3, 1, None)


async def test_writing_an_alert_again_changes_nothing(centre: Centre) -> None:
    await a_webhook(centre.sessions)
    centre.pauses("1001")
    centre.passes(601)
    waiting = list(centre.register._waiting)
    await centre.register.flush()
    centre.register.note(waiting)
    await centre.register.flush()
    assert len(await records(centre.sessions)) == 1
    assert len(await outbox(centre.sessions)) == 1


async def test_restart_goes_on_with_what_was_open(centre: Centre, sessions: Sessions) -> None:
    client = await centre.client()
    centre.pauses("1001")
    centre.passes(601)
    [before] = centre.open
    await client.post(f"/api/alerts/{before['alert_id']}/acknowledge", json={"note": "known"})
    again = Centre(sessions)
    again.now = NOON
    again.tells(lambda day: day.directory("1001"))
    again.watch.begin(await service.rules(sessions), await service.open_alerts(sessions))
    assert [(one["alert_id"], one["note"]) for one in again.open] == [(before["alert_id"], "known")]
    again.pauses("1001")
    again.now = centre.now
    again.day.tell(LinkChanged, LinkState.LIVE)
    again._hear()
    await again.register.flush()
    assert [one["alert_id"] for one in again.open] == [before["alert_id"]]
    assert len(await records(sessions)) == 1
    again.watch.close()


async def test_webhooks_and_mail_are_told(centre: Centre) -> None:
    await a_webhook(centre.sessions)
    client = await centre.client()
    rules = (await client.get("/api/alert-rules")).json()["rules"]
    away = next(rule for rule in rules if rule["kind"] == "away_long")
    changed = await client.patch(f"/api/alert-rules/{away['id']}", json={"mail": ["boss@example.org"]})
    assert changed.json()["mail"] == ["boss@example.org"]
    centre.pauses("1001")
    centre.pauses("1002")
    centre.passes(601)
    await centre.register.flush()
    first, second, mail = await outbox(centre.sessions)
    event = as_described(first.content)
    assert (event["type"], event["data"]["kind"], second.kind) == ("alert.raised", "away_long", "alert.raised")
    assert event["data"]["text_en"] == "Agent 1001 (1001): away (break) for 10:01, limit 10:00"
    assert "离席" in event["data"]["text_zh"]
    assert (mail.channel, mail.destination) == ("mail", "boss@example.org")
    assert centre.woken > 0


async def test_rule_that_is_changed_is_in_force_at_once(centre: Centre) -> None:
    client = await centre.client()
    centre.pauses("1001")
    rules = (await client.get("/api/alert-rules")).json()["rules"]
    away = next(rule for rule in rules if rule["kind"] == "seats_away")
    await client.patch(f"/api/alert-rules/{away['id']}", json={"threshold": 0})
    assert [one["kind"] for one in centre.open] == ["seats_away"]
    await client.patch(f"/api/alert-rules/{away['id']}", json={"is_enabled": False})
    assert centre.open == []
    made = (await client.post("/api/alert-rules", json={"kind": "seats_away", "threshold": 0})).json()
    assert made["scope"] == "all"
    assert [one["rule_id"] for one in centre.open] == [made["id"]]
    assert (await client.delete(f"/api/alert-rules/{made['id']}")).status_code == 204
    assert centre.open == []
    kept = await client.delete(f"/api/alert-rules/{away['id']}")
    assert (kept.status_code, "turn it off" in kept.json()["detail"]) == (409, True)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"kind": "nonsense"}, "kind"),
        ({"kind": "link_down", "scope": "team"}, "scope"),
        ({"kind": "talk_long", "threshold": 0}, "threshold"),
        ({"kind": "service_level_low", "threshold": 1.5}, "threshold"),
        ({"kind": "talk_long", "limits": {"meal": 5}}, "limits"),
        ({"kind": "talk_long", "options": {"span_seconds": 60}}, "options.span_seconds"),
        ({"kind": "sign_outs", "options": {"span_seconds": 1}}, "options.span_seconds"),
        ({"kind": "talk_long", "mail": ["a@b\nBcc: c@d"]}, "mail"),
        ({"kind": "talk_long", "windows": [NINE_TO_TEN | {"weekdays": [8]}]}, "windows.0.weekdays.0"),
        ({"kind": "talk_long", "windows": [NINE_TO_TEN | {"from": "9"}]}, "windows.0.from"),
        ({"kind": "seats_away", "windows": [NINE_TO_TEN | {"threshold": -1}]}, "windows"),
        ({"kind": "talk_long", "raise_after_seconds": -1}, "raise_after_seconds"),
        ({"kind": "talk_long", "colour": "red"}, "colour"),
    ],
)  # fmt: skip
async def test_rule_that_cannot_be_is_refused_by_name(centre: Centre, fields: dict[str, Any], field: str) -> None:
    client = await centre.client()
    count = len((await client.get("/api/alert-rules")).json()["rules"])
    answer = await client.post("/api/alert-rules", json=fields)
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert len((await client.get("/api/alert-rules")).json()["rules"]) == count


async def test_rules_that_come_with_the_server_come_once(centre: Centre, sessions: Sessions) -> None:
    rows = await service.rule_rows(sessions)
    assert {row.kind for row in rows} == set(KINDS)
    await service.ship_rules(sessions)
    assert len(await service.rule_rows(sessions)) == len(rows)


async def test_channels_of_a_rule_are_tested(centre: Centre) -> None:
    client = await centre.client()
    rule = (await client.get("/api/alert-rules")).json()["rules"][0]
    nobody = await client.post(f"/api/alert-rules/{rule['id']}/test")
    assert (nobody.status_code, "tells nobody" in nobody.json()["detail"]) == (409, True)
    await a_webhook(centre.sessions)
    told = await client.post(f"/api/alert-rules/{rule['id']}/test")
    assert (told.status_code, told.json()) == (202, {"webhooks": 1, "mails": 0})
    [row] = await outbox(centre.sessions)
    assert as_described(row.content)["data"]["is_test"] is True
    assert await records(centre.sessions) == []


async def test_kinds_explain_themselves(centre: Centre) -> None:
    kinds = (await (await centre.client()).get("/api/alert-kinds")).json()["kinds"]
    assert [kind["id"] for kind in kinds] == list(KINDS)
    assert all(kind["text_zh"] and kind["least"] <= kind["threshold"] <= kind["most"] for kind in kinds)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/alerts"),
        ("POST", "/api/alerts/x/acknowledge"),
        ("GET", "/api/alert-kinds"),
        ("GET", "/api/alert-rules"),
        ("POST", "/api/alert-rules"),
        ("PATCH", "/api/alert-rules/1"),
        ("DELETE", "/api/alert-rules/1"),
        ("POST", "/api/alert-rules/1/test"),
    ],
)
async def test_agents_and_reviewers_see_no_alerts(centre: Centre, method: str, path: str) -> None:
    assert (await centre.site.stranger().request(method, path, headers=PANEL)).status_code == 401
    for role in (Role.AGENT, Role.QA):
        client = await centre.client(role)
        assert (await client.request(method, path, json={})).status_code == 403


async def test_alert_that_is_not_there(centre: Centre) -> None:
    client = await centre.client()
    assert (await client.post("/api/alerts/nothing/acknowledge", json={})).status_code == 404
    refused = await client.post("/api/alerts/nothing/acknowledge", json={"note": "a\x00b"})
    assert (refused.status_code, refused.json()["field"]) == (422, "note")
