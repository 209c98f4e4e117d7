"""How well callers were served: rates of answering, service levels, waits."""

import math
from bisect import bisect_left
from functools import partial
from itertools import accumulate, repeat

from callcenter.reports.figures.columns import Columns
from callcenter.reports.figures.entry import QUEUES, Figure
from callcenter.reports.figures.measures import WAIT_BINS, WAIT_EDGES, Sums

_BIN_IDS = tuple(measure.id for measure in WAIT_BINS)
_BOUNDS = tuple(zip((0.0, *WAIT_EDGES), (*WAIT_EDGES, math.inf), strict=True))
"""Between which waits each bin counts; the last one ends with the longest wait."""


def _passed(sums: Sums) -> list[float]:
    """How many of the answered had waited at most up to the end of each bin."""
    return [*accumulate(map(sums.get, _BIN_IDS, repeat(0)))]


def wait_percentiles(share: float, columns: Columns) -> list[float | None]:
    """How long this share of the answered waited at most; within a bin of the distribution waits lie evenly."""
    answered, longest = columns.added(("answered",)), columns.added(("longest_wait",))
    lines = zip(answered, columns.each(_passed), longest, strict=True)
    return [_percentile(share * count, passed, most) if count else None for count, passed, most in lines]


def _percentile(sought: float, passed: list[float], longest: float) -> float:
    place = bisect_left(passed, sought)
    if place == len(passed):
        return longest
    low, edge = _BOUNDS[place]
    high = longest if edge == math.inf else edge
    before = passed[place - 1] if place else 0.0
    return min(low + (high - low) * (sought - before) / (passed[place] - before), longest)


def _wait_of(percent: int) -> Figure:
    return Figure(
        id=f"wait_p{percent}_seconds",
        label_en=f"Wait of {percent} %",
        label_zh=f"{percent}% 接通的排队时长",
        formula_en=f"at most so long {percent} % of the answered waited (interpolated in the distribution of waits)",
        formula_zh=f"{percent}% 的接通来电排队不超过此时长（按排队分布插值）",
        unit="seconds",
        group="wait",
        subjects=QUEUES,
        numerator=("answered",),
        direction="down",
        compute=partial(wait_percentiles, percent / 100),
        reads=(*_BIN_IDS, "longest_wait"),
    )


LEVEL: tuple[Figure, ...] = (
    Figure(
        id="answer_rate",
        label_en="Answer rate",
        label_zh="电话接听率",
        formula_en="answered ÷ offered",
        formula_zh="接通 ÷ 进线",
        unit="share",
        group="level",
        subjects=QUEUES,
        numerator=("answered",),
        denominator=("offered",),
        direction="up",
        target=0.85,
    ),
    Figure(
        id="answer_rate_long",
        label_en="Answer rate without short abandons",
        label_zh="电话接听率（不计短放弃）",
        formula_en="answered ÷ (offered − short abandons)",
        formula_zh="接通 ÷（进线 − 短放弃）",
        unit="share",
        group="level",
        subjects=QUEUES,
        numerator=("answered",),
        denominator=("offered_long",),
        direction="up",
        target=0.85,
    ),
    Figure(
        id="service_level",
        label_en="Service level",
        label_zh="服务水平",
        formula_en="by the queue's variant; by default: answered within the threshold ÷ (offered − short abandons)",
        formula_zh="按队列所选口径；默认：阈值内接通 ÷（进线 − 短放弃）",
        unit="share",
        group="level",
        subjects=QUEUES,
        numerator=("level_met",),
        denominator=("level_among",),
        direction="up",
        target=0.8,
    ),
    Figure(
        id="service_level_offered_long",
        label_en="Service level ÷ offered without short abandons",
        label_zh="服务水平 ÷ 进线（不计短放弃）",
        formula_en="answered within the threshold ÷ (offered − short abandons)",
        formula_zh="阈值内接通 ÷（进线 − 短放弃）",
        unit="share",
        group="level",
        subjects=QUEUES,
        numerator=("answered_within",),
        denominator=("offered_long",),
        direction="up",
        target=0.8,
    ),
    Figure(
        id="service_level_answered",
        label_en="Service level ÷ answered",
        label_zh="服务水平 ÷ 接通",
        formula_en="answered within the threshold ÷ answered",
        formula_zh="阈值内接通 ÷ 接通",
        unit="share",
        group="level",
        subjects=QUEUES,
        numerator=("answered_within",),
        denominator=("answered",),
        direction="up",
        target=0.8,
    ),
    Figure(
        id="service_level_offered",
        label_en="Service level ÷ offered",
        label_zh="服务水平 ÷ 进线",
        formula_en="answered within the threshold ÷ offered",
        formula_zh="阈值内接通 ÷ 进线",
        unit="share",
        group="level",
        subjects=QUEUES,
        numerator=("answered_within",),
        denominator=("offered",),
        direction="up",
        target=0.8,
    ),
    Figure(
        id="service_level_abandons_met",
        label_en="Service level with abandons as met",
        label_zh="服务水平（放弃计为达标）",
        formula_en="(answered + abandoned within the threshold) ÷ offered",
        formula_zh="（阈值内接通 + 阈值内放弃）÷ 进线",
        unit="share",
        group="level",
        subjects=QUEUES,
        numerator=("answered_within", "abandoned_within"),
        denominator=("offered",),
        direction="up",
        target=0.8,
    ),
    Figure(
        id="abandonment_rate",
        label_en="Abandonment rate",
        label_zh="放弃率",
        formula_en="abandoned ÷ offered",
        formula_zh="放弃 ÷ 进线",
        unit="share",
        group="level",
        subjects=QUEUES,
        numerator=("abandoned",),
        denominator=("offered",),
        direction="down",
    ),
)

WAIT: tuple[Figure, ...] = (
    Figure(
        id="asa_seconds",
        label_en="ASA",
        label_zh="平均应答速度",
        formula_en="waiting time of answered calls ÷ answered",
        formula_zh="接通来电的排队时长 ÷ 接通",
        unit="seconds",
        group="wait",
        subjects=QUEUES,
        numerator=("wait_of_answered",),
        denominator=("answered",),
        direction="down",
        target=15,
    ),
    Figure(
        id="longest_wait_seconds",
        label_en="Longest wait",
        label_zh="最长排队时长",
        formula_en="longest waiting time of a call, whatever its end",
        formula_zh="来电的最长排队时长（不论结果）",
        unit="seconds",
        group="wait",
        subjects=QUEUES,
        numerator=("longest_wait",),
        direction="down",
    ),
    *map(_wait_of, (50, 80, 90, 95)),
)
