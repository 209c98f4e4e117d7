"""The register: alerts into rows, and into the outbox in the same transaction; kept while the database is away."""

import asyncio
import contextlib
import logging
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any, cast

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.alerts.alert import Alert, Changed, Cleared, Effect, Raised
from callcenter.alerts.answers import AlertTold, AlertWho
from callcenter.alerts.kinds import Rule
from callcenter.alerts.rules import KINDS
from callcenter.alerts.tables import AlertRecord
from callcenter.alerts.wording import sentence
from callcenter.delivery.kinds import EventKind
from callcenter.delivery.mail import Mail
from callcenter.delivery.service import post_webhooks, send_mail
from callcenter.errors import BadInput
from callcenter.floor.terms import Instant, Seconds
from callcenter.store.engine import Sessions

log = logging.getLogger(__name__)

RAISED, CLEARED = EventKind("alert.raised", AlertTold), EventKind("alert.cleared", AlertTold)
ACKNOWLEDGED = EventKind("alert.acknowledged", AlertTold)
ALERT_KINDS = (RAISED, CLEARED, ACKNOWLEDGED)

GATHER_SECONDS: Seconds = 0.5
"""What comes within this time is written together, and goes out in one mail for each rule."""

LONGEST_RETRY_SECONDS: Seconds = 30
BATCH = 200
MOST_LINES = 50
"""A mail names so many alerts at most."""


class Register:
    """Keeps alerts. `rules` gives the rules in force, `wake` tells the outbox that something waits in it."""

    def __init__(self, sessions: Sessions, rules: Callable[[], Mapping[int, Rule]], wake: Callable[[], None]) -> None:
        self._sessions, self._rules, self._wake = sessions, rules, wake
        self._waiting: deque[Raised | Cleared] = deque()
        self._noted = asyncio.Event()
        self._writing = asyncio.Lock()

    def note(self, effects: Iterable[Effect]) -> None:
        """Takes over what happened; never waits. A changed value is kept when the alert clears."""
        self._waiting.extend(effect for effect in effects if not isinstance(effect, Changed))
        if self._waiting:
            self._noted.set()

    async def run(self) -> None:
        """Writes until it is cancelled."""
        failures = 0
        try:
            while True:
                await self._noted.wait()
                await asyncio.sleep(min(GATHER_SECONDS * 2**failures, LONGEST_RETRY_SECONDS))
                try:
                    await self.flush()
                    failures = 0
                except (DBAPIError, OSError):
                    failures += 1
                    log.exception("Alerts wait for the database; %d are to be written", len(self._waiting))
        finally:
            with contextlib.suppress(DBAPIError, OSError):
                await self.flush()

    async def flush(self) -> None:
        """Writes everything noted so far; raises the database's error while it is away."""
        async with self._writing:
            while batch := list(islice(self._waiting, BATCH)):
                async with self._sessions.begin() as db:
                    await self._write(db, batch)
                for _ in batch:
                    self._waiting.popleft()
                self._wake()
            self._noted.clear()

    async def _write(self, db: AsyncSession, batch: list[Raised | Cleared]) -> None:
        mails: defaultdict[int, list[Alert]] = defaultdict(list)
        for effect in batch:
            alert, rule = effect.alert, self._rules().get(effect.alert.rule_id)
            if isinstance(effect, Raised):
                is_new = await _insert(db, alert)
                if is_new and rule is not None and rule.mail:
                    mails[rule.id].append(alert)
                kind, at = RAISED, alert.raised_at
            else:
                is_new = await _close(db, alert, effect.at)
                kind, at = CLEARED, effect.at
            if is_new and (rule is None or rule.webhook):
                await post_webhooks(db, kind, payload(alert, None if kind == RAISED else at), at)
        for rule_id, alerts in mails.items():
            await mail_alerts(db, self._rules()[rule_id], alerts, alerts[-1].raised_at)


async def _insert(db: AsyncSession, alert: Alert) -> bool:
    """Writes an alert; False if it is there already."""
    dialect = db.get_bind().dialect.name
    statement = (sqlite.insert if dialect == "sqlite" else postgresql.insert)(AlertRecord)
    row = _row(alert)
    done = await db.execute(
        statement.values(**row).on_conflict_do_nothing(index_elements=["alert_id"]).returning(AlertRecord.id)
    )
    return done.first() is not None


async def _close(db: AsyncSession, alert: Alert, at: Instant) -> bool:
    still_open = update(AlertRecord).where(AlertRecord.alert_id == alert.alert_id, AlertRecord.cleared_at.is_(None))
    done = await db.execute(still_open.values(cleared_at=at, value=alert.peak, who=alert.who).returning(AlertRecord.id))
    return done.first() is not None


def _row(alert: Alert) -> dict[str, Any]:
    same = ("alert_id", "rule_id", "kind", "who", "since", "raised_at", "threshold", "is_lasting", "sound")
    return {
        **{name: getattr(alert, name) for name in same},
        "severity": alert.severity.value,
        "subject_kind": alert.subject[0],
        "subject_id": alert.subject[1],
        "agent_number": alert.who.get("agent_number", ""),
        "queue": alert.who.get("queue", ""),
        "team": alert.who.get("team", ""),
        "value": alert.peak,
        "acknowledged_by": "",
        "note": "",
    }


def payload(alert: Alert, cleared_at: Instant | None) -> AlertTold:
    """What a webhook says of an alert (docs/api.md, Alerts)."""
    kind = KINDS[alert.kind]
    return {
        "alert_id": alert.alert_id,
        "rule_id": alert.rule_id,
        "kind": alert.kind,
        "severity": alert.severity,
        "subject": {"kind": alert.subject[0], "id": alert.subject[1]},
        "who": cast(AlertWho, alert.who),
        "since": alert.since,
        "raised_at": alert.raised_at,
        "cleared_at": cleared_at,
        "value": alert.peak,
        "threshold": alert.threshold,
        "text_en": sentence(alert, kind, "en"),
        "text_zh": sentence(alert, kind, "zh"),
    }


async def mail_alerts(db: AsyncSession, rule: Rule, alerts: list[Alert], now: Instant) -> None:
    """Puts one mail about these alerts of one rule into the outbox; a recipient that cannot be is logged."""
    kind = KINDS[rule.kind]
    lines = [f"{sentence(alert, kind, 'en')}\n{sentence(alert, kind, 'zh')}\n" for alert in alerts[:MOST_LINES]]
    if len(alerts) > MOST_LINES:
        lines.append(f"… {len(alerts)}\n")
    subject = f"{kind.label_en} · {kind.label_zh}" + (f" ({len(alerts)})" if len(alerts) > 1 else "")
    try:
        await send_mail(db, RAISED.name, Mail(to=rule.mail, subject=subject, text="\n".join(lines)), now)
    except BadInput as error:
        log.error("Rule %d cannot send mail: %s", rule.id, error.message)
