"""A whole server with two teams at work, and administrators who see a part of it: for the tests of scopes."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from callcenter.accounts.api import COOKIE
from callcenter.accounts.rules import Role
from callcenter.accounts.scope import EVERYTHING, Scope, scope_of
from callcenter.accounts.service import NewUser, account_named, add_user, open_session
from callcenter.alerts.tables import AlertRecord
from callcenter.app import App, running
from callcenter.floor.facts import AnyFact
from callcenter.messages.tables import Message, MessageRecipient
from callcenter.quality.tables import Review
from callcenter.settings import AgentSettings, PbxSettings, QueueSettings, Settings
from callcenter.store.engine import make_sessions
from callcenter.tickets.tables import Ticket
from tests.facts import NOON, a_call, a_conversation, a_recording, a_ring, a_spell, a_visit
from tests.serving import PANEL, PASSWORD

PBX = "north"
SPAN = "from=2025-11-01&to=2025-11-30"
"""The month of what happened."""

SCOPES: Mapping[str, Scope] = {
    "team": scope_of(["Team A"], []),
    "queue": scope_of([], ["sales"]),
    "both": scope_of(["Team A"], ["sales"]),
    "other": scope_of(["Team C"], ["billing"]),
    "all": EVERYTHING,
}
ROLES = tuple(role for role in Role if role is not Role.ADMIN)
"""Each has a user of its name, too, who sees what `both` sees."""

WHO: Mapping[str, tuple[Role, Scope]] = {
    **{name: (Role.ADMIN, scope) for name, scope in SCOPES.items()},
    **{str(role): (role, SCOPES["both"]) for role in ROLES},
}
"""Who looks. Inside is the work of agent 1001 of Team A in sales, outside that of 1002 of Team B in support."""


def _work(number: str, agent: str, team: str, queue: str) -> Iterator[AnyFact]:
    """A call that waits in the queue, rings at the agent and is talked to; and the agent's pause."""
    of: dict[str, Any] = {"pbx": PBX, "call_id": number}
    who: dict[str, Any] = {"agent_number": agent, "agent_name": agent, "team": team, "interface": f"PJSIP/{agent}"}
    yield a_call(**of)
    yield a_visit(**of, **who, channel_id=number, queue=queue)
    yield a_ring(**of, **who, ring_id=f"{number}.r", queue=queue)
    yield a_conversation(**of, **who, leg_id=f"{number}.l", queue=queue)
    yield a_recording(**of, path=f"/{number}.wav")
    yield a_spell(pbx=PBX, **who)


def _review(number: int, agent: str, team: str) -> Review:
    return Review(
        pbx=PBX, call_id=f"{number}.0", agent_number=agent, agent_name=agent, team=team, talked_at=NOON, form_id=1,
        form_version=1, reviewer_id=99, reviewer="qa", state="published", score=90, pass_score=80, appeal_until=NOON,
        answers={}, notes={}, comments=[], created_at=NOON, changed_at=NOON, version=1,
    )  # fmt: skip


def _alert(name: str, agent: str, team: str, queue: str) -> AlertRecord:
    return AlertRecord(
        alert_id=name, rule_id=1, kind="talk_long", severity="warning", subject_kind="seats",
        subject_id=f"{PBX}/PJSIP/{agent}", agent_number=agent, queue=queue, team=team, who={}, since=NOON,
        raised_at=NOON, threshold=1, value=2, is_lasting=True, sound=False,
    )  # fmt: skip


def _message(number: int) -> Message:
    return Message(
        id=number, text="Meeting", to="agents", team="", writer_id=99, written_by="Ada", written_at=NOON,
        expires_at=NOON + 60,
    )  # fmt: skip


def _ticket(number: int, team: str, queue: str) -> Ticket:
    return Ticket(
        id=number, type="repair", subject="Lamp", team=team, queue=queue, contact_at=NOON, created_at=NOON,
        created_by="Ada", changed_at=NOON, changed_by="Ada",
    )  # fmt: skip


def _recipient(number: int, agent: str, team: str) -> MessageRecipient:
    return MessageRecipient(message_id=number, agent_number=agent, agent_name=agent, team=team)


@asynccontextmanager
async def centre(database_url: str, data_folder: Path) -> AsyncIterator[App]:
    """The whole server with two teams at work, and an administrator of each scope, and one of each other role."""
    agents = (
        AgentSettings(number="1001", name="Li", team="Team A", queues=("sales",)),
        AgentSettings(number="1002", name="Wang", team="Team B", queues=("support",)),
    )
    settings = Settings(
        database_url=database_url,
        data_folder=data_folder,
        pbxs=(PbxSettings(name=PBX),),
        queues={"sales": QueueSettings(), "support": QueueSettings()},
        agents=agents,
    )
    async with running(settings) as app:
        for name, (role, scope) in WHO.items():
            await add_user(app.access, NewUser(name, PASSWORD, (role,), scope=scope))
        app.recorder.note([*_work("1.0", "1001", "Team A", "sales"), *_work("2.0", "1002", "Team B", "support")])
        await app.recorder.flush()
        async with make_sessions(app.engine).begin() as session:
            session.add_all([_review(1, "1001", "Team A"), _review(2, "1002", "Team B")])
            session.add_all([_message(1), _message(2)])
            session.add_all([_ticket(1, "Team A", "sales"), _ticket(2, "Team B", "support")])
            await session.flush()
            session.add_all([_recipient(1, "1001", "Team A"), _recipient(2, "1002", "Team B")])
            session.add_all([_alert("1", "1001", "Team A", "sales"), _alert("2", "1002", "Team B", "support")])
        yield app


async def told(client: httpx.AsyncClient, path: str) -> Any:
    """What a route answers, which answers."""
    answer = await client.get(f"/api{path}")
    assert answer.status_code == 200, (path, answer.text)
    return answer.json()


@asynccontextmanager
async def looking(app: App, name: str) -> AsyncIterator[httpx.AsyncClient]:
    """The requests of that user."""
    headers = PANEL | {"Cookie": await cookie_of(app, name)}
    transport = httpx.ASGITransport(app.web)
    async with httpx.AsyncClient(transport=transport, base_url="http://centre", headers=headers) as client:
        yield client


async def cookie_of(app: App, name: str) -> str:
    """The cookie of a session of that user."""
    account = await account_named(app.access, name)
    assert account is not None
    return f"{COOKIE}={await open_session(app.access, account, 'here')}"
