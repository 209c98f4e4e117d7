"""Alerts and their rules in the database: looked at, acknowledged, changed. Each function is one transaction."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.accounts.scope import EVERYTHING, Scope
from callcenter.accounts.scoped import in_scope
from callcenter.alerts.alert import Alert
from callcenter.alerts.kinds import Kind, Rule, Severity
from callcenter.alerts.register import ACKNOWLEDGED, RAISED, mail_alerts, payload
from callcenter.alerts.rules import KINDS
from callcenter.alerts.tables import AlertRecord, AlertRule
from callcenter.alerts.timetable import windows_of
from callcenter.alerts.watch import Acknowledged
from callcenter.delivery.service import post_webhooks
from callcenter.errors import Conflict, NotFound
from callcenter.floor.terms import Instant
from callcenter.store.engine import Sessions

SAME = (
    "id", "kind", "is_enabled", "scope", "threshold", "limits", "options",
    "raise_after_seconds", "clear_after_seconds", "clear_margin", "sound", "webhook",
)  # fmt: skip


class Filter(Struct, frozen=True, kw_only=True):
    """Which alerts of the history are wanted; empty means any. `before` is the row of a page's end."""

    is_open: bool | None = None
    kind: str = ""
    severity: str = ""
    agent: str = ""
    queue: str = ""
    team: str = ""
    scope: Scope = EVERYTHING
    since: Instant | None = None
    until: Instant | None = None
    before: int | None = None


# --- rules ------------------------------------------------------------------------------------------------------


def defaults_of(kind: Kind) -> dict[str, Any]:
    """The columns of a rule of this kind as it comes."""
    return {
        "kind": kind.id,
        "is_enabled": True,
        "severity": kind.severity.value,
        "scope": "all",
        "names": [],
        "threshold": kind.threshold,
        "limits": {},
        "options": {name: option.default for name, option in kind.options.items()},
        "windows": [],
        "raise_after_seconds": 0.0,
        "clear_after_seconds": 0.0,
        "clear_margin": 0.0,
        "sound": True,
        "webhook": True,
        "mail": [],
    }


async def ship_rules(sessions: Sessions) -> None:
    """Adds those rules that come with the server and are not there yet; what was changed stays."""
    wanted = {
        f"{kind.id}.{number}": {**defaults_of(kind), **fields}
        for kind in KINDS.values()
        for number, fields in enumerate(kind.shipped, 1)
    }
    async with sessions.begin() as db:
        known = set(await db.scalars(select(AlertRule.shipped)))
        db.add_all(AlertRule(shipped=name, **fields) for name, fields in wanted.items() if name not in known)


async def rule_rows(sessions: Sessions) -> Sequence[AlertRule]:
    """All rules."""
    async with sessions() as db:
        return (await db.scalars(select(AlertRule).order_by(AlertRule.id))).all()


def rule_of(row: AlertRule) -> Rule:
    """The rule that a row configures."""
    return Rule(
        **{name: getattr(row, name) for name in SAME},
        severity=Severity(row.severity),
        names=frozenset(row.names),
        windows=windows_of(row.windows),
        mail=tuple(row.mail),
    )


async def rules(sessions: Sessions) -> list[Rule]:
    """All rules of kinds that this version knows."""
    return [rule_of(row) for row in await rule_rows(sessions) if row.kind in KINDS]


async def add_rule(sessions: Sessions, fields: Mapping[str, Any]) -> AlertRule:
    """Makes a rule; what is not given is as the kind comes."""
    async with sessions.begin() as db:
        row = AlertRule(**{**defaults_of(KINDS[fields["kind"]]), **fields})
        db.add(row)
    return row


async def change_rule(sessions: Sessions, rule_id: int, fields: Mapping[str, Any]) -> AlertRule:
    """Changes some fields. Raises NotFound."""
    async with sessions.begin() as db:
        row = await _rule(db, rule_id)
        for name, value in fields.items():
            setattr(row, name, value)
    return row


async def delete_rule(sessions: Sessions, rule_id: int) -> None:
    """Removes a rule; its alerts stay in the history. Raises NotFound, Conflict for one that comes with the server."""
    async with sessions.begin() as db:
        row = await _rule(db, rule_id)
        if row.shipped:
            raise Conflict("this rule comes with the server: turn it off instead of deleting it")
        await db.execute(delete(AlertRule).where(AlertRule.id == rule_id))


async def one_rule(sessions: Sessions, rule_id: int) -> AlertRule:
    """One rule. Raises NotFound."""
    async with sessions() as db:
        return await _rule(db, rule_id)


async def _rule(db: AsyncSession, rule_id: int) -> AlertRule:
    row = await db.get(AlertRule, rule_id)
    if row is None:
        raise NotFound(f"there is no rule {rule_id}")
    return row


# --- alerts -----------------------------------------------------------------------------------------------------


async def open_alerts(sessions: Sessions) -> list[tuple[Alert, Acknowledged]]:
    """Those that an earlier run left open."""
    async with sessions() as db:
        rows = (await db.scalars(select(AlertRecord).where(AlertRecord.cleared_at.is_(None)))).all()
    return [
        (_alert(row), Acknowledged(row.acknowledged_at, row.acknowledged_by, row.note))
        for row in rows
        if row.kind in KINDS
    ]


def _alert(row: AlertRecord) -> Alert:
    same = ("alert_id", "rule_id", "kind", "who", "since", "raised_at", "threshold", "value", "is_lasting", "sound")
    return Alert(
        **{name: getattr(row, name) for name in same},
        severity=Severity(row.severity),
        subject=(row.subject_kind, row.subject_id),
        peak=row.value,
    )


def seen(scope: Scope) -> ColumnElement[bool]:
    """That an alert is about the scope, or about a PBX, which is everybody's."""
    return or_(in_scope(scope, team=AlertRecord.team, queue=AlertRecord.queue), AlertRecord.subject_kind == "links")


async def history(sessions: Sessions, wanted: Filter, limit: int) -> Sequence[AlertRecord]:
    """A page of alerts, newest first."""
    row = AlertRecord
    conditions = [
        (wanted.is_open is not None, row.cleared_at.is_(None) if wanted.is_open else row.cleared_at.is_not(None)),
        (wanted.kind, row.kind == wanted.kind),
        (wanted.severity, row.severity == wanted.severity),
        (wanted.agent, row.agent_number == wanted.agent),
        (wanted.queue, row.queue == wanted.queue),
        (wanted.team, row.team == wanted.team),
        (wanted.since is not None, row.raised_at >= (wanted.since or 0)),
        (wanted.until is not None, row.raised_at < (wanted.until or 0)),
        (wanted.before is not None, row.id < (wanted.before or 0)),
    ]
    query = select(row).where(seen(wanted.scope), *(condition for is_wanted, condition in conditions if is_wanted))
    async with sessions() as db:
        return (await db.scalars(query.order_by(row.id.desc()).limit(limit))).all()


async def acknowledge(
    sessions: Sessions, alert_id: str, by: str, note: str, now: Instant, scope: Scope = EVERYTHING
) -> AlertRecord:
    """Writes down that somebody took notice; again with another note replaces it. Raises NotFound."""
    wanted = select(AlertRecord).where(AlertRecord.alert_id == alert_id, seen(scope))
    async with sessions.begin() as db:
        row = await db.scalar(wanted.with_for_update())
        if row is None:
            raise NotFound(f"there is no alert {alert_id!r}")
        row.acknowledged_at, row.acknowledged_by, row.note = now, by, note
        said = payload(_alert(row), row.cleared_at) | {"acknowledged_by": by, "note": note}
        await post_webhooks(db, ACKNOWLEDGED, said, now)
    return row


async def test_fire(sessions: Sessions, rule_id: int, now: Instant) -> dict[str, int]:
    """Sends an example of this rule's alerts by its channels; to how many. Raises NotFound, Conflict."""
    async with sessions.begin() as db:
        rule = rule_of(await _rule(db, rule_id))
        alert = _example(rule, now)
        said = payload(alert, None) | {"is_test": True}
        webhooks = await post_webhooks(db, RAISED, said, now) if rule.webhook else []
        if rule.mail:
            await mail_alerts(db, rule, [alert], now)
        if not webhooks and not rule.mail:
            raise Conflict("this rule tells nobody outside: no webhook wants it, and it has no mail addresses")
    return {"webhooks": len(webhooks), "mails": int(bool(rule.mail))}


def _example(rule: Rule, now: Instant) -> Alert:
    who = {"agent_name": "Test", "agent_number": "0000", "queue": "test", "team": "test", "pbx": "test", "name": "test"}
    return Alert(
        alert_id="test",
        rule_id=rule.id,
        kind=rule.kind,
        severity=rule.severity,
        subject=("all", "*"),
        who=who,
        since=now,
        raised_at=now,
        threshold=rule.threshold,
        value=rule.threshold,
        peak=rule.threshold,
        is_lasting=False,
        sound=False,
    )
