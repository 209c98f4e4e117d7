"""Who sees, scores and closes a calibration, and what comes of the scores. Pure."""

from collections.abc import Mapping, Sequence
from math import fsum
from statistics import fmean, pstdev
from typing import Any

from msgspec import Struct, structs

from callcenter.accounts.rules import Permission
from callcenter.errors import BadInput
from callcenter.floor.terms import Instant
from callcenter.quality.calibration.agreement import Level, krippendorff_alpha
from callcenter.quality.rules import NOT_APPLICABLE, Answers, Item, ItemKind, Section, asked, items_of
from callcenter.quality.scoring import score, share_of

FEWEST_REVIEWERS = 2
MOST_REVIEWERS = 50

DIGITS = 6
"""Beyond these, what is told is what a computer rounds."""


class Viewer(Struct, frozen=True, kw_only=True):
    """What somebody is to a calibration: `is_judged`, where the call is their own."""

    permissions: frozenset[Permission]
    is_judged: bool
    is_invited: bool
    is_opener: bool


def may_see(viewer: Viewer) -> bool:
    """Whoever scores it, and whoever manages quality; never the agent who talked in the call."""
    return not viewer.is_judged and (viewer.is_invited or "manage_sampling" in viewer.permissions)


def may_close(viewer: Viewer, due_at: Instant, now: Instant) -> bool:
    """Its opener at any time; from the due date on everybody who manages quality."""
    return may_see(viewer) and "manage_sampling" in viewer.permissions and (viewer.is_opener or now >= due_at)


def check_invited(reviewers: Sequence[str], due_at: Instant, now: Instant) -> None:
    """Raises BadInput unless these can score a call until then."""
    if not FEWEST_REVIEWERS <= len(reviewers) <= MOST_REVIEWERS:
        raise BadInput(f"Invite {FEWEST_REVIEWERS} to {MOST_REVIEWERS} reviewers", field="reviewers")
    for nth, username in enumerate(reviewers):
        if username in reviewers[:nth]:
            raise BadInput(f"{username!r} is there twice", field=f"reviewers.{nth}")
    if due_at <= now:
        raise BadInput("A calibration is due in the future", field="due_at")


# --- what comes of it -------------------------------------------------------------------------------------------


class Given(Struct, frozen=True):
    """What one reviewer answered, and what it earns of the item's own points; None: not asked or left out."""

    answer: Any
    points: float | None


class ItemResult(Struct, frozen=True, kw_only=True):
    """How far apart an item was judged: mean and standard deviation of the points that the reviewers gave.

    `is_widest`: no other item has a larger `spread`. `is_split`: it is fatal, and failed for some of them only.
    """

    item: str
    given: dict[str, Given]
    mean: float | None
    spread: float | None
    is_widest: bool = False
    is_split: bool = False


class ReviewerResult(Struct, frozen=True, kw_only=True):
    """The score (0–100) that a reviewer gave, and how they judged beside the others.

    `beside_others` is the mean, over the items that others judged too, of the own share of the points less the mean
    share of the others, in per cent of the item's points: below 0 is stricter. None where nobody else judged any.
    """

    username: str
    total: float
    is_zeroed: bool
    beside_others: float | None


class Result(Struct, frozen=True, kw_only=True):
    """What a closed calibration tells. `alpha_points` and `alpha_yes_no` are Krippendorff's (agreement.py).

    `alpha_points` (interval) is of the share of its points that each item with points earned, so that a large item has
    no other scale than a small one. `alpha_yes_no` (nominal) is of the answers to yes/no items, of which
    "not applicable" is one. `mean` and `spread` are those of the totals.
    """

    items: list[ItemResult]
    reviewers: list[ReviewerResult]
    mean: float | None
    spread: float | None
    alpha_points: float | None
    alpha_yes_no: float | None


Scored = Mapping[str, Answers]
"""The complete answers of each reviewer who has scored, by username."""


def result_of(sections: Sequence[Section], scored: Scored) -> Result:
    """What these complete answers tell together; nobody needs to have scored."""
    told = {username: {item.id for item in asked(sections, answers)} for username, answers in scored.items()}
    items = [item for item in items_of(sections) if any(item.id in ids for ids in told.values())]
    found = [_item_result(item, {name: scored[name] for name in scored if item.id in told[name]}) for item in items]
    widest = max((one.spread for one in found if one.spread is not None), default=0.0)
    shares = {item.id: _shares(item, scored, told) for item in items if item.points > 0}
    scores = {username: score(sections, answers) for username, answers in scored.items()}
    totals = [judged.total or 0.0 for judged in scores.values()]
    return Result(
        items=[_marked(one, widest) for one in found],
        reviewers=[
            ReviewerResult(
                username=username,
                total=judged.total or 0.0,
                is_zeroed=bool(judged.zeroed_by),
                beside_others=_beside_others(username, shares),
            )
            for username, judged in scores.items()
        ],
        mean=_mean(totals),
        spread=_spread(totals),
        alpha_points=krippendorff_alpha(
            [[by_name[name] for by_name in shares.values()] for name in scored], Level.INTERVAL
        ),
        alpha_yes_no=krippendorff_alpha(
            [[_code(scored[name].get(item.id)) for item in items if item.kind is ItemKind.YES_NO] for name in scored],
            Level.NOMINAL,
        ),
    )


def _mean(values: Sequence[float]) -> float | None:
    return round(fmean(values), DIGITS) if values else None


def _spread(values: Sequence[float]) -> float | None:
    return round(pstdev(values), DIGITS) if values else None


def _share(item: Item, answers: Answers) -> float | None:
    answer = answers.get(item.id)
    return None if answer is None or answer == NOT_APPLICABLE else share_of(item, answer)


def _shares(item: Item, scored: Scored, told: Mapping[str, set[str]]) -> dict[str, float | None]:
    """The share of the item's points by reviewer; None where it was not asked, or left out."""
    return {name: _share(item, answers) if item.id in told[name] else None for name, answers in scored.items()}


def _item_result(item: Item, scored: Scored) -> ItemResult:
    shares = {name: _share(item, answers) for name, answers in scored.items()}
    judged = [share for share in shares.values() if share is not None]
    points = [share * item.points for share in judged]
    failed = {share == 0 for share in judged}
    return ItemResult(
        item=item.id,
        given={
            name: Given(scored[name].get(item.id), None if share is None else share * item.points)
            for name, share in shares.items()
        },
        mean=_mean(points),
        spread=_spread(points),
        is_split=item.is_fatal and len(failed) > 1,
    )


def _marked(one: ItemResult, widest: float) -> ItemResult:
    is_widest = one.spread is not None and one.spread > 0 and one.spread == widest
    return structs.replace(one, is_widest=is_widest)


def _beside_others(username: str, shares: Mapping[str, Mapping[str, float | None]]) -> float | None:
    apart = []
    for by_name in shares.values():
        own = by_name[username]
        others = [share for name, share in by_name.items() if name != username and share is not None]
        if own is not None and others:
            apart.append(own - fmean(others))
    return round(100 * fsum(apart) / len(apart), DIGITS) if apart else None


def _code(answer: Any) -> float | None:
    """A yes/no answer as a category."""
    if answer is None:
        return None
    return 2.0 if answer == NOT_APPLICABLE else float(answer)
