"""The routes of calibrations (docs/api.md, Calibration)."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from msgspec import to_builtins
from pydantic import Field

from callcenter.accounts.api import requires
from callcenter.accounts.once import OnceRoute
from callcenter.accounts.rules import USERNAME_LENGTH
from callcenter.accounts.service import Account
from callcenter.accounts.user_api import AgentNumber
from callcenter.calls.api import RecordingsOf, When, Word
from callcenter.floor.terms import Instant
from callcenter.forms.shapes import Row, Shape
from callcenter.quality.answers import ReviewedCall
from callcenter.quality.calibration import answers, service
from callcenter.quality.calibration.rules import MOST_REVIEWERS, may_close
from callcenter.quality.calibration.service import Invitation, Line, Seen
from callcenter.quality.calibration_tables import CalibrationScoring
from callcenter.quality.review_api import DraftShape, heard
from callcenter.quality.reviews import Act, Part
from callcenter.quality.rules import Section, asked
from callcenter.quality.scoring import score
from callcenter.quality.shapes import score_shape
from callcenter.store.engine import Sessions

Reviewer = Annotated[Account, requires("review_calls")]
Lead = Annotated[Account, requires("manage_sampling")]
Username = Annotated[str, Field(min_length=1, max_length=USERNAME_LENGTH, pattern=r"^[^\x00]*$")]


class CalibrationQuery(Shape):
    """Which calibrations; `cursor` is `next` of the page before."""

    state: Literal["open", "closed"] | None = None
    cursor: Row | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class NewCalibrationShape(Shape):
    """The part of a call to score, by which form, by whom, until when."""

    pbx: Word
    call_id: Word
    agent_number: AgentNumber
    form_id: Row
    reviewers: Annotated[list[Username], Field(max_length=MOST_REVIEWERS)]
    due_at: When

    def invitation(self) -> Invitation:
        """The same for the service."""
        part = Part(self.pbx, self.call_id, self.agent_number, self.form_id)
        return Invitation(part, self.reviewers, self.due_at)


class FinishShape(Shape):
    """To have the scores of the version that was read stand."""

    version: Annotated[int, Field(ge=1, le=2**31 - 1)]


def calibration_routes(sessions: Sessions, recordings_of: RecordingsOf, clock: Callable[[], Instant]) -> APIRouter:
    """`/api/calibrations`: opened and closed by who manages quality, scored by who is invited."""
    routes = APIRouter(prefix="/api/calibrations", route_class=OnceRoute)
    _reading_routes(routes, sessions, recordings_of, clock)
    _leading_routes(routes, sessions, clock)
    _scoring_routes(routes, sessions, clock)
    return routes


def _reading_routes(
    routes: APIRouter, sessions: Sessions, recordings_of: RecordingsOf, clock: Callable[[], Instant]
) -> None:
    @routes.get("", response_model=answers.CalibrationsPage)
    async def page(query: Annotated[CalibrationQuery, Query()], account: Reviewer) -> dict[str, Any]:
        is_open = None if query.state is None else query.state == "open"
        found = await service.calibrations(
            sessions, account, is_open=is_open, before=query.cursor, limit=query.limit + 1
        )
        shown, now = found[: query.limit], clock()
        following = shown[-1].calibration.id if len(found) > query.limit else None
        return {"calibrations": [_line_shape(one, now) for one in shown], "next": following}

    @routes.get("/reviewers", response_model=answers.CalibrationCandidates, dependencies=[requires("manage_sampling")])
    async def candidates() -> dict[str, Any]:
        people = await service.candidates(sessions)
        return {"reviewers": [{"username": user.username, "name": user.name} for user in people]}

    @routes.get("/{calibration_id}", response_model=answers.Calibration)
    async def one(calibration_id: Row, account: Reviewer) -> dict[str, Any]:
        return _shape(await service.calibration(sessions, calibration_id, account), clock())

    @routes.get("/{calibration_id}/call", response_model=ReviewedCall)
    async def call(calibration_id: Row, account: Reviewer) -> dict[str, Any]:
        seen = await service.calibration(sessions, calibration_id, account)
        return await heard(sessions, recordings_of, seen.line.calibration)


def _leading_routes(routes: APIRouter, sessions: Sessions, clock: Callable[[], Instant]) -> None:
    @routes.post("", response_model=answers.Calibration, status_code=201)
    async def open_one(shape: NewCalibrationShape, account: Lead) -> dict[str, Any]:
        now = clock()
        return _shape(await service.open_calibration(sessions, shape.invitation(), account, now), now)

    @routes.post("/{calibration_id}/close", response_model=answers.Calibration)
    async def close(calibration_id: Row, account: Lead) -> dict[str, Any]:
        now = clock()
        return _shape(await service.close(sessions, calibration_id, account, now), now)


def _scoring_routes(routes: APIRouter, sessions: Sessions, clock: Callable[[], Instant]) -> None:
    @routes.put("/{calibration_id}/scoring", response_model=answers.Calibration)
    async def save(calibration_id: Row, shape: DraftShape, account: Reviewer) -> dict[str, Any]:
        act = Act(account, clock(), shape.version)
        return _shape(await service.save(sessions, calibration_id, shape.draft(), act), act.now)

    @routes.post("/{calibration_id}/scoring/finish", response_model=answers.Calibration)
    async def finish(calibration_id: Row, shape: FinishShape, account: Reviewer) -> dict[str, Any]:
        act = Act(account, clock(), shape.version)
        return _shape(await service.finish(sessions, calibration_id, act), act.now)


# --- shapes -----------------------------------------------------------------------------------------------------

TOLD = (
    *("id", "pbx", "call_id", "agent_number", "agent_name", "talked_at", "form_id", "form_version"),
    *("due_at", "opened_at", "opened_by", "closed_at", "closed_by"),
)


def _line_shape(line: Line, now: Instant) -> dict[str, Any]:
    of = line.calibration
    return {name: getattr(of, name) for name in TOLD} | {
        "form_name": to_builtins(line.content.name),
        "reviewers": [{"username": name, "has_scored": has} for name, has in line.has_scored.items()],
        "is_mine_to_score": line.is_to_score,
        "may_close": of.closed_at is None and may_close(line.viewer, of.due_at, now),
    }


def _shape(seen: Seen, now: Instant) -> dict[str, Any]:
    sections = seen.line.content.sections
    notes = {one.reviewer: {"notes": one.notes, "comments": one.comments} for one in seen.told}
    result = None if seen.result is None else to_builtins(seen.result) | {"said": notes}
    return _line_shape(seen.line, now) | {
        "sections": to_builtins(sections),
        "scoring": None if seen.own is None else _scoring_shape(seen.own, sections),
        "result": result,
    }


def _scoring_shape(own: CalibrationScoring, sections: tuple[Section, ...]) -> dict[str, Any]:
    told = ("version", "answers", "notes", "comments", "done_at")
    return {name: getattr(own, name) for name in told} | {
        "score": score_shape(score(sections, own.answers)),
        "asked": [item.id for item in asked(sections, own.answers)],
    }
