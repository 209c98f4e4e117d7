"""Tickets and complaints: how many came, were closed in time, and stay to be done."""

from functools import partial

from callcenter.reports.figures.distribution import percentiles
from callcenter.reports.figures.entry import figure_of
from callcenter.reports.figures.measures import CLOSING_BINS, CLOSING_EDGES

_of_tickets = partial(figure_of, "tickets", "tickets")
_BIN_IDS = tuple(measure.id for measure in CLOSING_BINS)
_time_to_close = percentiles("tickets_closed", _BIN_IDS, CLOSING_EDGES, "longest_open")

TICKETS = (
    _of_tickets(
        "tickets_opened",
        ("Tickets opened", "新建工单"),
        (
            "tickets opened in the span, without those that were merged into another one",
            "时段内新建的工单，不含已并入其他工单的",
        ),
        ("tickets_opened",),
    ),
    _of_tickets(
        "complaints_opened",
        ("Complaints opened", "新增投诉"),
        ("tickets opened whose type is a complaint", "新建工单中类型为投诉的"),
        ("complaints_opened",),
        direction="down",
    ),
    _of_tickets(
        "tickets_closed",
        ("Tickets closed", "办结工单"),
        ("tickets closed in the span that were not opened again since", "时段内办结且未重新打开的工单"),
        ("tickets_closed",),
    ),
    _of_tickets(
        "complaints_closed",
        ("Complaints closed", "办结投诉"),
        ("tickets closed whose type is a complaint", "办结工单中类型为投诉的"),
        ("complaints_closed",),
    ),
    _of_tickets(
        "tickets_open",
        ("Backlog", "积压工单"),
        ("tickets that were not closed at the end of the span", "时段末尚未办结的工单"),
        ("tickets_open",),
        direction="down",
    ),
    _of_tickets(
        "complaints_open",
        ("Complaints in the backlog", "积压投诉"),
        ("tickets of the backlog whose type is a complaint", "积压工单中类型为投诉的"),
        ("complaints_open",),
        direction="down",
    ),
    _of_tickets(
        "tickets_overdue",
        ("Overdue in the backlog", "超期未结"),
        ("tickets of the backlog whose own due date had passed", "积压工单中已过办理期限的"),
        ("tickets_overdue",),
        direction="down",
    ),
    _of_tickets(
        "tickets_in_time_rate",
        ("Closed in time", "按时办结率"),
        (
            "tickets closed at or before their due date ÷ tickets closed that had one",
            "在办理期限内办结的工单 ÷ 有办理期限的办结工单",
        ),
        ("tickets_closed_in_time", "tickets_with_due"),
        unit="share",
        direction="up",
    ),
    _of_tickets(
        "tickets_escalated_rate",
        ("Escalated", "升级率"),
        ("tickets closed that had ever been escalated ÷ tickets closed", "曾经升级的办结工单 ÷ 办结工单"),
        ("tickets_escalated", "tickets_closed"),
        unit="share",
        direction="down",
    ),
    _of_tickets(
        "ticket_average_seconds",
        ("Average time to close", "平均办结时长"),
        ("time from opening to closing ÷ tickets closed", "新建至办结的时长 ÷ 办结工单"),
        ("tickets_open_seconds", "tickets_closed"),
        unit="seconds",
        direction="down",
    ),
    _of_tickets(
        "ticket_median_seconds",
        ("Median time to close", "办结时长中位数"),
        (
            "at most so long half of the tickets closed had been open (interpolated in the distribution of times)",
            "半数办结工单的办理时长不超过此时长（按时长分布插值）",
        ),
        ("tickets_closed",),
        unit="seconds",
        direction="down",
        compute=partial(_time_to_close, 0.5),
        reads=(*_BIN_IDS, "longest_open"),
    ),
    _of_tickets(
        "tickets_repeated",
        ("Repeats merged", "合并工单"),
        (
            "tickets opened in the span that were merged into another one: repeat work",
            "时段内新建后并入其他工单的（重复派单）",
        ),
        ("tickets_repeated",),
        direction="down",
    ),
    _of_tickets(
        "tickets_repeated_rate",
        ("Repeats ÷ all raised", "重复派单率"),
        ("repeats merged ÷ (tickets opened + repeats merged)", "合并工单 ÷（新建工单 + 合并工单）"),
        ("tickets_repeated", "tickets_raised"),
        unit="share",
        direction="down",
    ),
    _of_tickets(
        "complaints_called_back_rate",
        ("Complaints called back", "投诉回访率"),
        (
            "complaints closed whose customer was talked with within 7 days of closing ÷ those and the ones whose "
            "7 days are over",
            "办结后 7 天内回访接通的投诉 ÷（前者 + 已满 7 天的办结投诉）",
        ),
        ("complaints_called_back", "complaints_to_call_back"),
        unit="share",
        direction="up",
    ),
    _of_tickets(
        "complaints_per_answered",
        ("Complaints ÷ answered calls", "投诉率"),
        (
            "complaints opened ÷ calls answered; told by queue alone: of the calls from which the complaints came",
            "新增投诉 ÷ 时段内接通；仅按投诉来电所属队列统计",
        ),
        ("complaints_opened", "answered"),
        unit="share",
        direction="down",
    ),
)
