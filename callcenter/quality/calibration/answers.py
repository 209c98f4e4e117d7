"""What the routes of calibrations answer, for the API's description (docs/api.md, Calibration)."""

from typing import Annotated, Any

from typing_extensions import TypedDict

from callcenter.floor.terms import Instant
from callcenter.quality.answers import PersonName, Remark, ReviewAnswers, ReviewScore, ReviewSections, Texts
from callcenter.quality.calibration.rules import ItemResult, ReviewerResult
from callcenter.told import Like


class CalibrationReviewer(TypedDict):
    """Who is asked to score, and whether they have."""

    username: str
    has_scored: bool


class CalibrationLine(TypedDict):
    """A calibration as lists tell it; `closed_by` "": it closed by itself."""

    id: int
    pbx: str
    call_id: str
    agent_number: str
    agent_name: str
    talked_at: Instant
    form_id: int
    form_version: int
    form_name: Texts
    due_at: Instant
    opened_at: Instant
    opened_by: str
    closed_at: Instant | None
    closed_by: str
    reviewers: list[CalibrationReviewer]
    is_mine_to_score: bool
    may_close: bool


class CalibrationsPage(TypedDict):
    """A page of calibrations; `next` is the cursor of the following one."""

    calibrations: list[CalibrationLine]
    next: int | None


class CalibrationScoring(TypedDict):
    """One's own scoring."""

    version: int
    answers: ReviewAnswers
    notes: dict[str, Remark]
    comments: list[Remark]
    done_at: Instant | None
    score: ReviewScore
    asked: list[str]


class Said(TypedDict):
    """What a reviewer wrote."""

    notes: dict[str, Remark]
    comments: list[Remark]


class CalibrationResult(TypedDict):
    """What a closed calibration tells; the alphas are Krippendorff's."""

    items: list[Annotated[dict[str, Any], Like(ItemResult, "CalibratedItem")]]
    reviewers: list[Annotated[dict[str, Any], Like(ReviewerResult)]]
    mean: float | None
    spread: float | None
    alpha_points: float | None
    alpha_yes_no: float | None
    said: dict[str, Said]


class Calibration(CalibrationLine):
    """A calibration: one's own scoring, and what came of it once it is closed."""

    sections: ReviewSections
    scoring: CalibrationScoring | None
    result: CalibrationResult | None


class CalibrationCandidates(TypedDict):
    """Who can be asked to score."""

    reviewers: list[PersonName]
