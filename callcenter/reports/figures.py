"""The catalogue of figures: each has one entry here, and nothing else in the code computes a ratio.

A measure says which rows of a fact table count and what of them is summed. Its conditions are plain expressions with
`&` and `|`, so that the same one is evaluated on a fact in memory and on the columns of its table in SQL.
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

from callcenter.floor.facts import Conversation, Fact, QueueVisit

Unit = Literal["count", "seconds", "share"]
Direction = Literal["up", "down", "none"]
Condition = Callable[[Any], Any]


class Measure(NamedTuple):
    """A sum over the rows of one fact: of `value`, or of ones, where `counts` holds."""

    id: str
    fact: type[Fact]
    counts: Condition
    value: Condition = lambda row: 1


class Figure(NamedTuple):
    """What is shown: the sum of some measures, over the sum of others where it is a ratio."""

    id: str
    label_en: str
    label_zh: str
    formula_en: str
    formula_zh: str
    unit: Unit
    direction: Direction
    numerator: tuple[str, ...]
    denominator: tuple[str, ...] = ()
    target: float | None = None

    def of(self, sums: Mapping[str, float]) -> float | None:
        """The figure from the sums of the measures; None when there is nothing to divide by."""
        above = sum(sums.get(measure, 0) for measure in self.numerator)
        if not self.denominator:
            return above
        below = sum(sums.get(measure, 0) for measure in self.denominator)
        return above / below if below else None


COUNTED_AT: dict[type[Fact], str] = {QueueVisit: "joined_at", Conversation: "completed_at"}
"""A visit counts when it entered; handling counts when its wrap-up ended."""


def _offered(v: Any) -> Any:
    return (v.outcome != "refused_empty") & (v.outcome != "refused_full")


def _answered(v: Any) -> Any:
    return v.outcome == "answered"


def _abandoned(v: Any) -> Any:
    return v.outcome == "abandoned"


def _short_abandon(v: Any) -> Any:
    return _abandoned(v) & (v.wait_seconds < v.short_abandon_seconds)


def _within(v: Any) -> Any:
    return v.wait_seconds <= v.service_level_seconds


def _level_met(v: Any) -> Any:
    counts_abandons = v.service_level_variant == "abandons_count_as_met"
    return _within(v) & (_answered(v) | (_abandoned(v) & counts_abandons))


def _level_among(v: Any) -> Any:
    """Which visits the service level is a share of: the variant in force is kept with each visit."""
    everything = (v.service_level_variant == "offered") | (v.service_level_variant == "abandons_count_as_met")
    long_enough = (v.service_level_variant == "offered_without_short_abandons") & _is_no_short_abandon(v)
    only_answered = (v.service_level_variant == "answered") & _answered(v)
    return _offered(v) & (everything | long_enough | only_answered)


def _is_no_short_abandon(v: Any) -> Any:
    return (v.outcome != "abandoned") | (v.wait_seconds >= v.short_abandon_seconds)


def _handled(c: Any) -> Any:
    return c.queue != ""


MEASURES: dict[str, Measure] = {
    measure.id: measure
    for measure in (
        Measure("offered", QueueVisit, _offered),
        Measure("offered_long", QueueVisit, lambda v: _offered(v) & _is_no_short_abandon(v)),
        Measure("answered", QueueVisit, _answered),
        Measure("abandoned", QueueVisit, _abandoned),
        Measure("abandoned_short", QueueVisit, _short_abandon),
        Measure("timed_out", QueueVisit, lambda v: v.outcome == "timed_out"),
        Measure("left_by_key", QueueVisit, lambda v: v.outcome == "left_by_key"),
        Measure("left_when_empty", QueueVisit, lambda v: v.outcome == "left_when_empty"),
        Measure("withdrawn", QueueVisit, lambda v: v.outcome == "withdrawn"),
        Measure("refused", QueueVisit, lambda v: (v.outcome == "refused_empty") | (v.outcome == "refused_full")),
        Measure("lost", QueueVisit, lambda v: v.outcome == "lost"),
        Measure("level_met", QueueVisit, _level_met),
        Measure("level_among", QueueVisit, _level_among),
        Measure("wait_of_answered", QueueVisit, _answered, lambda v: v.wait_seconds),
        Measure("handled", Conversation, _handled),
        Measure("talk", Conversation, _handled, lambda c: c.talk_seconds),
        Measure("hold", Conversation, _handled, lambda c: c.hold_seconds),
        Measure("wrap_up", Conversation, _handled, lambda c: c.wrap_up_seconds),
    )
}

FIGURES: tuple[Figure, ...] = (
    Figure(
        "offered", "Offered", "进线", "calls that joined the queue", "进入队列的来电", "count", "none", ("offered",)
    ),
    Figure(
        "answered", "Answered", "接通", "calls that reached a seat", "已接通坐席的来电", "count", "none", ("answered",)
    ),
    Figure(
        "answer_rate",
        "Answer rate",
        "电话接听率",
        "answered ÷ offered",
        "接通 ÷ 进线",
        "share",
        "up",
        ("answered",),
        ("offered",),
        0.85,
    ),
    Figure(
        "answer_rate_long",
        "Answer rate without short abandons",
        "电话接听率（不计短放弃）",
        "answered ÷ (offered − short abandons)",
        "接通 ÷（进线 − 短放弃）",
        "share",
        "up",
        ("answered",),
        ("offered_long",),
        0.85,
    ),
    Figure(
        "service_level",
        "Service level",
        "服务水平",
        "by the queue's variant; by default: answered within the threshold ÷ (offered − short abandons)",
        "按队列所选口径；默认：阈值内接通 ÷（进线 − 短放弃）",
        "share",
        "up",
        ("level_met",),
        ("level_among",),
        0.8,
    ),
    Figure(
        "asa_seconds",
        "ASA",
        "平均应答速度",
        "waiting time of answered calls ÷ answered",
        "接通来电的排队时长 ÷ 接通",
        "seconds",
        "down",
        ("wait_of_answered",),
        ("answered",),
        15,
    ),
    Figure(
        "aht_seconds",
        "AHT",
        "平均通话与案头时长",
        "(talk + hold + wrap-up) ÷ handled",
        "（通话 + 保持 + 案头）÷ 处理",
        "seconds",
        "down",
        ("talk", "hold", "wrap_up"),
        ("handled",),
        185,
    ),
    Figure(
        "talk_seconds",
        "Talk",
        "平均通话时长",
        "talk ÷ handled, without hold",
        "通话时长（不含保持）÷ 处理",
        "seconds",
        "none",
        ("talk",),
        ("handled",),
    ),
    Figure(
        "hold_seconds",
        "Hold",
        "平均保持时长",
        "hold ÷ handled",
        "保持时长 ÷ 处理",
        "seconds",
        "down",
        ("hold",),
        ("handled",),
    ),
    Figure(
        "wrap_up_seconds",
        "Wrap-up",
        "平均案头时长",
        "wrap-up ÷ handled",
        "案头时长 ÷ 处理",
        "seconds",
        "none",
        ("wrap_up",),
        ("handled",),
    ),
    Figure(
        "handled",
        "Handled",
        "处理",
        "queue conversations that are over, wrap-up included",
        "已结束（含案头）的队列通话",
        "count",
        "none",
        ("handled",),
    ),
    Figure("abandoned", "Abandoned", "放弃", "hung up while waiting", "排队中挂机", "count", "down", ("abandoned",)),
    Figure(
        "abandoned_short",
        "Short abandons",
        "短放弃",
        "abandoned before the queue's threshold for short abandons",
        "在短放弃阈值内挂机",
        "count",
        "none",
        ("abandoned_short",),
    ),
    Figure(
        "abandonment_rate",
        "Abandonment rate",
        "放弃率",
        "abandoned ÷ offered",
        "放弃 ÷ 进线",
        "share",
        "down",
        ("abandoned",),
        ("offered",),
    ),
    Figure(
        "timed_out",
        "Timed out",
        "超时离队",
        "waited for the longest time allowed",
        "等待超过上限",
        "count",
        "down",
        ("timed_out",),
    ),
    Figure(
        "left_by_key",
        "Left by key",
        "按键离队",
        "left the queue by pressing a key",
        "按键离开队列",
        "count",
        "none",
        ("left_by_key",),
    ),
    Figure(
        "left_when_empty",
        "Left when empty",
        "无坐席离队",
        "sent away because no seat was left",
        "因无坐席而离开",
        "count",
        "down",
        ("left_when_empty",),
    ),
    Figure(
        "withdrawn",
        "Withdrawn",
        "被移出",
        "taken out or moved by somebody",
        "被他人移出或转走",
        "count",
        "none",
        ("withdrawn",),
    ),
    Figure(
        "refused",
        "Refused",
        "拒绝进线",
        "turned away at a closed or full queue",
        "队列关闭或已满时被拒",
        "count",
        "down",
        ("refused",),
    ),
    Figure(
        "lost",
        "Lost",
        "去向不明",
        "how the wait ended was seen by nobody (link down)",
        "链路中断，结果未知",
        "count",
        "down",
        ("lost",),
    ),
)
"""In the order in which they are shown."""


def figures_of(sums: Mapping[str, float]) -> dict[str, float | None]:
    """Every figure of the catalogue from the sums of the measures."""
    return {figure.id: figure.of(sums) for figure in FIGURES}
