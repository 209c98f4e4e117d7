"""The catalogue of figures, for tooltips, columns and whoever asks what a number means."""

from typing import Any

from fastapi import APIRouter

from callcenter.accounts.api import requires
from callcenter.reports.figures import FIGURES

SHOWN = ("id", "label_en", "label_zh", "formula_en", "formula_zh", "unit", "direction", "target")


def figure_routes() -> APIRouter:
    """`GET /api/figures`, for everybody who is signed in."""
    routes = APIRouter()

    @routes.get("/api/figures", dependencies=[requires()])
    async def figures() -> dict[str, list[dict[str, Any]]]:
        return {"figures": [{name: getattr(figure, name) for name in SHOWN} for figure in FIGURES]}

    return routes
