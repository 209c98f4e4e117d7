"""Callbacks, as far as attempts and conversations tell."""

from functools import partial

from callcenter.reports.figures.entry import EVERYBODY, QUEUES, Figure, figure_of

_of_targets = partial(figure_of, "callbacks", "callbacks")

REPORT: tuple[Figure, ...] = (
    _of_targets(
        "callbacks_due",
        ("Targets due", "应访"),
        ("targets that were dialled, or that fell due and wait still", "已拨打，或已到期尚未拨打的回访对象"),
        ("callbacks_due",),
    ),
    _of_targets(
        "callbacks_attempted",
        ("Targets attempted", "已拨打对象"),
        ("targets that were dialled at least once", "至少拨打一次的回访对象"),
        ("callbacks_attempted",),
    ),
    _of_targets(
        "callbacks_reached",
        ("Targets reached", "接通对象"),
        ("targets with whom an agent talked", "与坐席通话的回访对象"),
        ("callbacks_reached",),
    ),
    _of_targets(
        "callbacks_completed",
        ("Callbacks completed", "完成回访"),
        ("targets whose record form was completed", "记录表已完成的回访对象"),
        ("callbacks_completed",),
    ),
    _of_targets(
        "callbacks_refused",
        ("Refused", "拒访"),
        ("targets who refused to talk or rejected the call", "拒绝回访或拒接的回访对象"),
        ("callbacks_refused",),
    ),
    _of_targets(
        "callbacks_wrong",
        ("Wrong number", "号码错误"),
        ("targets whose number does not exist or is somebody else's", "空号或非本人的回访对象"),
        ("callbacks_wrong",),
    ),
    _of_targets(
        "callbacks_unreachable",
        ("Unreachable", "最终未接通"),
        ("targets that are closed and were not reached after all attempts", "全部拨打后仍未接通而关闭的回访对象"),
        ("callbacks_unreachable",),
    ),
    _of_targets(
        "callbacks_attempted_rate",
        ("Attempted ÷ due", "拨打率"),
        ("targets attempted ÷ targets due", "已拨打对象 ÷ 应访"),
        ("callbacks_attempted", "callbacks_due"),
        unit="share",
        direction="up",
    ),
    _of_targets(
        "callbacks_reach_rate",
        ("Reached ÷ attempted", "接通率"),
        ("targets reached ÷ targets attempted", "接通对象 ÷ 已拨打对象"),
        ("callbacks_reached", "callbacks_attempted"),
        unit="share",
        direction="up",
    ),
    _of_targets(
        "callbacks_form_rate",
        ("Completed ÷ reached", "问卷完成率"),
        ("callbacks completed ÷ targets reached", "完成回访 ÷ 接通对象"),
        ("callbacks_completed", "callbacks_reached"),
        unit="share",
        direction="up",
        target=0.95,
    ),
    _of_targets(
        "callbacks_attempts_per_reached",
        ("Attempts per target reached", "每次接通所需拨打数"),
        ("attempts ÷ targets reached", "拨打次数 ÷ 接通对象"),
        ("callbacks_dials", "callbacks_reached"),
        unit="number",
    ),
    _of_targets(
        "callbacks_average_talk_seconds",
        ("Average talk of a callback", "平均回访通话时长"),
        ("(talk + hold) ÷ targets reached", "（通话 + 保持）÷ 接通对象"),
        ("callbacks_talk", "callbacks_reached"),
        unit="seconds",
    ),
)

CALLBACKS: tuple[Figure, ...] = (
    Figure(
        id="callback_attempts",
        label_en="Callback attempts",
        label_zh="回访拨打",
        formula_en="callbacks that were dialled",
        formula_zh="已拨出的回访",
        unit="count",
        group="callbacks",
        subjects=("queues", "agents"),
        numerator=("callback_attempts",),
    ),
    Figure(
        id="callback_reached",
        label_en="Callbacks reached",
        label_zh="回访接通",
        formula_en="callbacks in which an agent and the customer talked",
        formula_zh="坐席与客户通话的回访",
        unit="count",
        group="callbacks",
        subjects=("queues", "agents"),
        numerator=("callback_reached",),
    ),
    Figure(
        id="callback_reach_rate",
        label_en="Callback reach rate",
        label_zh="回访接通率",
        formula_en="callbacks reached ÷ callback attempts",
        formula_zh="回访接通 ÷ 回访拨打",
        unit="share",
        group="callbacks",
        subjects=QUEUES,
        numerator=("callback_reached",),
        denominator=("callback_attempts",),
        direction="up",
    ),
    Figure(
        id="callback_talks",
        label_en="Callback talks",
        label_zh="回访通话",
        formula_en="handled conversations that we began",
        formula_zh="已处理的呼出队列通话",
        unit="count",
        group="callbacks",
        subjects=EVERYBODY,
        numerator=("callback_talks",),
    ),
    Figure(
        id="callback_length_rate",
        label_en="Callbacks within 3 minutes",
        label_zh="3 分钟内回访占比",
        formula_en="callback talks of 3 minutes at most (talk + hold) ÷ callback talks",
        formula_zh="3 分钟内（通话 + 保持）的回访通话 ÷ 回访通话",
        unit="share",
        group="callbacks",
        subjects=EVERYBODY,
        numerator=("callback_talks_within",),
        denominator=("callback_talks",),
        direction="up",
    ),
    *REPORT,
)
