"""The file of rows that were not imported: where, what stood there, and why, for whoever mends them. Pure."""

import csv
from collections.abc import Iterable, Mapping
from io import StringIO
from typing import Any, Literal

from callcenter.spreadsheets import harmless

Language = Literal["en", "zh"]

HEADS: Mapping[Language, tuple[str, ...]] = {
    "en": ("line", "column", "value", "code", "reason"),
    "zh": ("行", "列", "内容", "代码", "原因"),
}

REASONS_ZH: Mapping[str, str] = {
    "not_csv": "无法按 CSV 读取：请检查引号",
    "too_many_values": "值比列多",
    "too_long": "太长",
    "no_number": "没有号码",
    "not_a_number": "不是电话号码",
    "has_extension": "带分机号，无法拨打",
    "invalid_number": "在其国家不是有效号码",
    "costly_number": "高费率号码",
    "bad_priority": "优先级应为 1（最先）到 9",
    "unknown_agent": "没有此工号的坐席",
    "unknown_time_zone": "没有此时区；请写 Asia/Shanghai 这样的名称",
    "bad_date": "不是日期；请写 2026-11-30 或 2026-11-30 09:30",
    "short_prefix": "号段前缀的 + 之后至少两位数字",
    "twice_in_file": "号码在文件中重复",
    "on_list": "名单中已有此号码",
    "on_other_list": "另一有效名单中有此号码",
    "unknown_level": "设置中没有此级别",
    "reference_taken": "另一客户已有此编号",
    "is_customer": "已有客户使用此号码",
    "bad_consent": "许可应为 已同意、已撤回 或 未知",
    "not_yes_or_no": "应为 是 或 否",
    "from_customers": "已有客户使用此号码",
    "from_file": "号码在文件中重复",
    "from_list": "名单中已有此号码",
    "from_other_list": "另一有效名单中有此号码",
}
REASONS_EN: Mapping[str, str] = {
    "from_file": "left out: the same number as in line {}",
    "from_list": "left out: the list has this number already",
    "from_other_list": "left out: another active list has this number",
    "from_customers": "left out: a customer has this number already",
}


def error_file(report: Mapping[str, Any], language: Language) -> bytes:
    """The rows in error and those left out, as CSV (UTF-8 with BOM), in the order of the file."""
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(HEADS[language])
    for line in sorted(_lines(report, language), key=lambda one: one[0]):
        writer.writerow([line[0], *map(harmless, line[1:])])
    return text.getvalue().encode("utf-8-sig")


def _lines(report: Mapping[str, Any], language: Language) -> Iterable[tuple[int, str, str, str, str]]:
    is_chinese = language == "zh"
    for error in report.get("errors", ()):
        reason = REASONS_ZH[error["code"]] if is_chinese else error["reason"]
        yield error["line"], error["column"], error["value"], error["code"], reason
    for one in report.get("duplicates", ()):
        words = REASONS_ZH if is_chinese else REASONS_EN
        yield one["line"], "", one["number"], one["code"], words[one["code"]].format(one["first_line"])
