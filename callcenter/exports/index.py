"""The sheet that goes with the recordings: a row for each, packed or not, as index.xlsx and index.csv."""

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from msgspec import Struct

from callcenter.exports.contents import Content
from callcenter.exports.rules import PartState
from callcenter.exports.tables import ExportPart, RecordingExport
from callcenter.reports.export import Cell, Column, Grid, Kind, Language, csv_of, masked_grid, xlsx_of

Words = Mapping[str, tuple[str, str]]


class Heading(Struct, frozen=True):
    """A column in both languages, English first."""

    label: tuple[str, str]
    kind: Kind = "text"
    meaning: tuple[str, str] = ("", "")
    is_own: bool = True


HEADINGS = (
    Heading(("Call began", "通话开始"), "instant", ("By the centre's clock.", "按中心时钟。")),
    Heading(("Customer number", "客户号码"), is_own=False),
    Heading(("Agent number", "工号"), meaning=("Who talked in this recording.", "本段录音中通话的客服代表。")),
    Heading(("Agent", "客服代表")),
    Heading(("Queue", "队列")),
    Heading(("Recording began", "录音开始"), "instant", ("By the centre's clock.", "按中心时钟。")),
    Heading(("Duration", "时长"), "seconds", ("Of the sound.", "录音的时长。")),
    Heading(("Outcome", "结果"), meaning=("How the call's last stay in a queue ended.", "该通话最后一次排队的结果。")),
    Heading(("File", "文件"), meaning=("In this archive.", "在本压缩包内的位置。")),
    Heading(("Size in bytes", "大小（字节）"), "count"),
    Heading(("SHA-256", "SHA-256"), meaning=("Of the file's bytes when packed.", "打包时该文件内容的摘要值。")),
    Heading(("Left out because", "未包含的原因"), meaning=("Empty: the file is here.", "空白表示文件已包含。")),
    Heading(("PBX", "交换机")),
    Heading(("Call", "通话标识"), meaning=("As the panel and Asterisk know it.", "面板和 Asterisk 所用的标识。")),
)

LEFT_OUT: Words = {
    PartState.DELETED: ("deleted when its time was over", "保留期满，已删除"),
    PartState.MISSING: ("its file is not found", "找不到录音文件"),
    PartState.WRITING: ("still being written", "仍在写入"),
    PartState.UNREADABLE: ("its file cannot be read", "录音文件无法读取"),
    PartState.EMPTY: ("nothing was recorded", "没有录到声音"),
    PartState.WAITING: ("not packed", "未打包"),
}
OUTCOMES: Words = {
    "answered": ("answered", "接通"),
    "abandoned": ("abandoned", "放弃"),
    "timed_out": ("timed out", "排队超时"),
    "left_by_key": ("left by key", "按键离开"),
    "left_when_empty": ("left when empty", "无坐席离开"),
    "withdrawn": ("withdrawn", "被移出"),
    "refused_empty": ("refused: no agents", "拒绝：无坐席"),
    "refused_full": ("refused: queue full", "拒绝：队列已满"),
    "callback_requested": ("callback requested", "请求回访"),
    "lost": ("not known", "未知"),
    "not_answered": ("not answered", "未接通"),
}
TITLE = ("Recordings", "录音")
NOTES: Words = {
    "reason": ("Reason of the export", "导出原因"),
    "by": ("Exported by", "导出人"),
    "call_count": ("Calls", "通话数"),
    "kept": ("Handle with care", "请妥善保管"),
}
CARE = (
    "These recordings left the retention of the server: delete this file when it is no longer needed.",
    "这些录音已脱离服务器的保留期管理：不再需要时请删除本文件。",
)


def index_files(
    export: RecordingExport, parts: Sequence[ExportPart], contents: Mapping[int, Content], zone: ZoneInfo
) -> list[tuple[str, bytes]]:
    """The sheet in both forms, by name: for threads."""
    grid = index_grid(export, parts, contents, zone)
    return [("index.csv", csv_of(grid)), ("index.xlsx", xlsx_of(grid))]


def index_grid(
    export: RecordingExport, parts: Sequence[ExportPart], contents: Mapping[int, Content], zone: ZoneInfo
) -> Grid:
    """The sheet as a table."""
    grid = _whole_grid(export, parts, contents, zone)
    return masked_grid(grid) if export.is_masked else grid


def _whole_grid(
    export: RecordingExport, parts: Sequence[ExportPart], contents: Mapping[int, Content], zone: ZoneInfo
) -> Grid:
    place = 1 if export.language == "zh" else 0
    language: Language = "zh" if place else "en"
    notes = {"reason": export.reason, "by": export.username, "call_count": str(export.calls), "kept": CARE[place]}
    return Grid(
        title=TITLE[place],
        columns=tuple(
            Column(one.label[place], one.kind, meaning=one.meaning[place], is_own=one.is_own) for one in HEADINGS
        ),
        rows=[_row(part, contents.get(part.recording_id), place) for part in parts],
        zone=zone,
        language=language,
        notes=[(NOTES[name][place], text) for name, text in notes.items()],
    )


def _row(part: ExportPart, of: Content | None, place: int) -> list[Cell]:
    is_packed = part.state == PartState.PACKED
    left_out = "" if is_packed else LEFT_OUT[part.state][place]
    file: list[Cell] = [part.name, part.size, part.sha256, ""] if is_packed else [None, None, None, left_out]
    if of is None:
        return [*([None] * 8), *file, None, None]
    call = of.summary.call if of.summary else None
    outcome = OUTCOMES.get(of.summary.outcome, (of.summary.outcome,) * 2)[place] if of.summary else None
    number, name = of.agent
    return [
        *(call.started_at if call else None, call.number if call else None, number, name, of.queue),
        *(of.began_at, of.duration_seconds, outcome),
        *file,
        *(of.file.pbx, str(of.file.call_id)),
    ]
