"""The routes of the report of quality (docs/api.md, Quality report)."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, get_args

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from callcenter.accounts.rules import READ_REVIEWS
from callcenter.accounts.scope import Scope
from callcenter.accounts.service import Account
from callcenter.errors import BadInput, NotAllowed
from callcenter.quality.rules import Words
from callcenter.reports import answers
from callcenter.reports.counted import Part, check_rows, figure_among
from callcenter.reports.export import Ending
from callcenter.reports.figures import figures_of
from callcenter.reports.figures.entry import Figure
from callcenter.reports.files import FileOptions, Word, dated, file_answer
from callcenter.reports.people_api import Room, RowNumber, See, SpanQuery
from callcenter.reports.quality import (
    LOSS_FIGURES,
    QUALITY_FIGURES,
    By,
    Lost,
    Report,
    Wanted,
    counted_reviews,
    figures_by,
    lost_points,
    quality_report,
)
from callcenter.reports.quality_grids import lost_grid, page_grid, reviews_grid
from callcenter.reports.service import Sources
from callcenter.reports.shape import span_shape

MOST_DAYS = 366
SHOWN_REVIEWS = 200


class QualityQuery(SpanQuery):
    """Which reviews."""

    agent: Word | None = None
    team: Word | None = None
    reviewer: Word | None = None
    form: RowNumber | None = None
    version: Annotated[int | None, Field(ge=1, le=2**31 - 1)] = None

    def wanted(self, sources: Sources, scope: Scope) -> Wanted:
        """Raises BadInput."""
        if self.version is not None and self.form is None:
            raise BadInput("version: a version is one of a form; name the form, too", field="version")
        named = self.model_dump(exclude={"since", "until", "by", "figure", "part", "language", "bom"})
        return Wanted(span=self.span(sources, MOST_DAYS), scope=scope, **named)


class ReportQuery(QualityQuery):
    """By what they are counted, and how the trend is cut."""

    by: By = "agent"
    interval: Literal["none", "day", "week", "month"] = "none"


class ReviewsQuery(QualityQuery):
    """Which number they stand behind."""

    figure: Word
    part: Part = "numerator"
    item: Word | None = None


class ReportFile(ReportQuery, FileOptions):
    """The same as a file."""


class LostFile(QualityQuery, FileOptions):
    """The same as a file."""


class ReviewsFile(ReviewsQuery, FileOptions):
    """The same as a file."""


def check_sees_quality(account: Account) -> None:
    """Raises NotAllowed for who may not read what others were reviewed for."""
    if account.permissions.isdisjoint(READ_REVIEWS):
        raise NotAllowed("this needs the permission review_calls or decide_appeals")


async def _sees_quality(account: See) -> Account:
    check_sees_quality(account)
    return account


Reader = Annotated[Account, Depends(_sees_quality)]


def quality_report_routes(room: Room) -> APIRouter:
    """The routes, with their files."""
    routes = APIRouter(prefix="/api/reports/quality")
    _report_routes(routes, room.sources)
    for ending in get_args(Ending):
        _file_routes(routes, room.sources, ending)
    return routes


def _report_routes(routes: APIRouter, sources: Sources) -> None:
    @routes.get("", response_model=answers.QualityReport)
    async def report(account: Reader, query: Annotated[ReportQuery, Query()]) -> dict[str, Any]:
        wanted = query.wanted(sources, account.scope)
        return span_shape(wanted.span, sources.zone) | _report_shape(
            await quality_report(sources, wanted, query.by), wanted
        )

    @routes.get("/lost-points", response_model=answers.LostPoints)
    async def lost(account: Reader, query: Annotated[QualityQuery, Query()]) -> dict[str, Any]:
        wanted = query.wanted(sources, account.scope)
        found = await lost_points(sources, wanted)
        return span_shape(wanted.span, sources.zone) | {
            "figures": [figure.id for figure in LOSS_FIGURES],
            "items": [_lost_shape(each) for each in found],
        }

    @routes.get("/reviews", response_model=answers.CountedReviews)
    async def reviews(account: Reader, query: Annotated[ReviewsQuery, Query()]) -> dict[str, Any]:
        wanted = query.wanted(sources, account.scope)
        rows = await _reviews(sources, wanted, query)
        return span_shape(wanted.span, sources.zone) | {"count": len(rows), "reviews": rows[:SHOWN_REVIEWS]}


def _file_routes(routes: APIRouter, sources: Sources, ending: Ending) -> None:
    @routes.get(f".{ending}")
    async def report_file(account: Reader, query: Annotated[ReportFile, Query()]) -> Response:
        wanted = query.wanted(sources, account.scope)
        grid = await page_grid(sources, wanted, query.by, query.language_for(account))
        return await file_answer(grid, account, dated("quality", wanted.span, sources.zone), ending, query)

    @routes.get(f"/lost-points.{ending}")
    async def lost_file(account: Reader, query: Annotated[LostFile, Query()]) -> Response:
        wanted = query.wanted(sources, account.scope)
        grid = lost_grid(await lost_points(sources, wanted), wanted, sources, query.language_for(account))
        return await file_answer(grid, account, dated("lost-points", wanted.span, sources.zone), ending, query)

    @routes.get(f"/reviews.{ending}")
    async def reviews_file(account: Reader, query: Annotated[ReviewsFile, Query()]) -> Response:
        wanted = query.wanted(sources, account.scope)
        rows = await _reviews(sources, wanted, query)
        grid = reviews_grid(rows, _figure(query.figure), wanted, sources, query.language_for(account))
        return await file_answer(grid, account, dated(query.figure, wanted.span, sources.zone), ending, query)


def _figure(identity: str) -> Figure:
    return figure_among((*QUALITY_FIGURES, *LOSS_FIGURES), identity, "quality")


async def _reviews(sources: Sources, wanted: Wanted, query: ReviewsQuery) -> list[Mapping[str, Any]]:
    figure = _figure(query.figure)
    if query.item is not None and figure not in LOSS_FIGURES:
        raise BadInput(f"item: {figure.id} is not of items", field="item")
    rows = await counted_reviews(sources, wanted, figure, query.part)
    check_rows(rows, "reviews")
    return rows


# --- shapes -----------------------------------------------------------------------------------------------------


def _report_shape(report: Report, wanted: Wanted) -> dict[str, Any]:
    figures = figures_by(report.by)
    return {
        "by": report.by,
        "interval": wanted.interval,
        "figures": [figure.id for figure in figures],
        "rows": [
            {"id": line.key, **_named("name", line.name), "team": line.team, "figures": figures_of(line.sums, figures)}
            for line in report.lines
        ],
        "totals": figures_of(report.totals, figures),
        "intervals": [
            {
                "index": interval.piece.group,
                "start": interval.piece.since,
                "end": interval.piece.until,
                "figures": figures_of(interval.sums, figures),
            }
            for interval in report.intervals
        ],
    }


def _lost_shape(lost: Lost) -> dict[str, Any]:
    return {
        "form": lost.form,
        **_named("form_name", lost.form_name),
        "item": lost.item,
        **_named("label", lost.label),
        "figures": figures_of(lost.sums, LOSS_FIGURES),
    }


def _named(field: str, words: Words) -> dict[str, str]:
    return {f"{field}_en": words.en, f"{field}_zh": words.zh}
