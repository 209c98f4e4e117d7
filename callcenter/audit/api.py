"""The routes of the audit log: it can be read, and that is all."""

import csv
import io
import json
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from callcenter.accounts.api import requires
from callcenter.accounts.rules import USERNAME_LENGTH
from callcenter.accounts.service import Account
from callcenter.audit.rules import ACTS, CONSOLE_ACTS, LONGEST_WORD
from callcenter.audit.service import Wanted, entries, every_entry
from callcenter.masks import masked_text
from callcenter.spreadsheets import harmless
from callcenter.store.engine import Sessions

Reader = Annotated[Account, requires("see_audit")]
When = Annotated[float, Field(allow_inf_nan=False)]
COLUMNS = ("at", "username", "address", "act", "subject_kind", "subject_id", "details")


class WantedQuery(BaseModel):
    """Which entries; `act` is one act (`list.start`) or all on one kind of subject (`list`); `subject` how what it was
    done to begins, or the agent's number, username or call in the details."""

    model_config = ConfigDict(extra="forbid")

    who: Annotated[str | None, Field(min_length=1, max_length=USERNAME_LENGTH, pattern=r"^[^\x00]*$")] = None
    act: Annotated[str | None, Field(max_length=64, pattern=r"^[a-z_]+(\.[a-z_]+)?$")] = None
    subject: Annotated[str | None, Field(min_length=1, max_length=LONGEST_WORD, pattern=r"^[^\x00]*$")] = None
    since: Annotated[When | None, Field(alias="from")] = None
    until: Annotated[When | None, Field(alias="to")] = None

    def wanted(self) -> Wanted:
        """The same for the service."""
        return Wanted(who=self.who, act=self.act, subject=self.subject, since=self.since, until=self.until)


class PageQuery(WantedQuery):
    """A page of them; `cursor` is `next` of the page before."""

    cursor: Annotated[int | None, Field(ge=1, le=2**53)] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class EntryAnswer(BaseModel):
    """What somebody did, to what; `details` has what they sent, without secrets."""

    id: int
    at: float
    username: str
    address: str
    act: str
    subject_kind: str
    subject_id: str
    details: dict[str, Any]


class EntriesAnswer(BaseModel):
    """A page of entries, the newest first, and the names of all acts."""

    entries: list[EntryAnswer]
    next: int | None
    acts: list[str]


def audit_routes(sessions: Sessions, zone: ZoneInfo) -> APIRouter:
    """`/api/audit`; times in the file are of the time zone."""
    routes = APIRouter(dependencies=[requires("see_audit")])

    @routes.get("/api/audit")
    async def page(query: Annotated[PageQuery, Query()]) -> EntriesAnswer:
        found = await entries(sessions, query.wanted(), before=query.cursor, limit=query.limit + 1)
        shown = found[: query.limit]
        following = shown[-1].id if len(found) > query.limit else None
        told = [EntryAnswer.model_validate(entry, from_attributes=True) for entry in shown]
        return EntriesAnswer(entries=told, next=following, acts=sorted({*ACTS.values(), *CONSOLE_ACTS}))

    @routes.get("/api/audit.csv")
    async def export(query: Annotated[WantedQuery, Query()], account: Reader) -> StreamingResponse:
        headers = {"Content-Disposition": 'attachment; filename="audit.csv"'}
        lines = _lines(sessions, query.wanted(), zone, _as_it_is if account.sees_numbers else masked_text)
        return StreamingResponse(lines, media_type="text/csv", headers=headers)

    return routes


def _as_it_is(text: str) -> str:
    return text


async def _lines(sessions: Sessions, wanted: Wanted, zone: ZoneInfo, told: Callable[[str], str]) -> AsyncIterator[str]:
    # The mark at the start tells spreadsheets that the text is UTF-8.
    yield "\ufeff" + _line([*COLUMNS])
    async for entry in every_entry(sessions, wanted):
        at = datetime.fromtimestamp(entry.at, zone).isoformat(sep=" ", timespec="seconds")
        texts = (entry.username, entry.address, entry.act, entry.subject_kind, told(entry.subject_id))
        yield _line([at, *texts, told(json.dumps(entry.details, ensure_ascii=False))])


def _line(cells: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow([harmless(cell) for cell in cells])
    return text.getvalue()
