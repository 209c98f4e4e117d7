"""Writes docs/figures.md from the catalogue of figures."""

from pathlib import Path

from callcenter.reports.figures import FIGURES
from callcenter.reports.figures.entry import Figure

PAGE = Path(__file__).resolve().parent.parent / "docs" / "figures.md"

HEAD = """# Figures

Made from the catalogue (`callcenter/reports/figures/`) by `make figures`; do not edit.

Every figure counts facts: queue visits, conversations, rings, seat spells, surveys after the call, attempts. A visit
counts in the interval where it entered, a ring, an attempt and a survey where they began, a conversation where its
wrap-up ended, a pause where it ended; seat time is cut exactly at the edges. Thresholds and teams are those of the time
of the fact. Tickets go on changing: each counts as it stands now. Where there is nothing to divide by there is no
figure. Percentiles come from a distribution with fixed edges, so that spans can be added up.

`GET /api/reports/rows/{figure}` lists what the numerator or the denominator counts.
"""

GROUPS = {
    "level": "How well callers were served · 服务水平",
    "load": "How many came, and how they left · 来电量",
    "wait": "Waiting · 排队",
    "handling": "Handling · 处理",
    "rings": "Rings · 振铃",
    "seats": "Seats · 坐席",
    "satisfaction": "Satisfaction · 满意度",
    "callbacks": "Callbacks · 回访",
    "quality": "Quality · 质检",
    "tickets": "Tickets and complaints · 工单与投诉",
}

TABLE = f"| id | figure | 指标 | meaning | 含义 | unit | target | for | opens |\n{'| --- ' * 9}|"


def target_of(figure: Figure) -> str:
    if figure.target is None:
        return ""
    sign = {"up": "≥ ", "down": "≤ "}.get(figure.direction, "")
    return f"{sign}{figure.target:.0%}" if figure.unit == "share" else f"{sign}{figure.target:g}"


def line_of(figure: Figure) -> str:
    below = f" ÷ {figure.opens_below}" if figure.opens_below not in (None, figure.opens) else ""
    cells = (
        f"`{figure.id}`",
        figure.label_en,
        figure.label_zh,
        figure.formula_en,
        figure.formula_zh,
        figure.unit,
        target_of(figure),
        ", ".join(figure.subjects),
        f"{figure.opens}{below}",
    )
    return f"| {' | '.join(cells)} |"


def page() -> str:
    parts = [HEAD]
    for group, title in GROUPS.items():
        lines = [line_of(figure) for figure in FIGURES if figure.group == group]
        parts.append("\n".join((f"## {title}", "", TABLE, *lines, "")))
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
