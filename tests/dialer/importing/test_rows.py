"""CSV files as people really have them: encodings, separators, bad rows, duplicates, limits."""

import pytest

from callcenter.dialer.importing import rows, sheets
from callcenter.dialer.importing.rows import Duplicate, Known, Row, RowError, Sheet, read_sheet, without_known
from callcenter.dialer.numbers import RowFault
from callcenter.errors import BadInput


def in_china(line: int, number: str, name: str, attributes: dict[str, str]) -> Row:
    return Row(line, number, name, attributes, time_zones="Asia/Shanghai")


def read(text: str, *, encoding: str = "utf-8", region: str = "CN", known: frozenset[str] = frozenset()) -> Sheet:
    return without_known(read_sheet(text.encode(encoding), region), known)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_encodings_and_separators(encoding: str, separator: str, newline: str) -> None:
    lines = [["电话", "姓名", "合同"], ["138 0013 8000", "王小明", "A-1"]]
    sheet = read(newline.join(separator.join(line) for line in lines), encoding=encoding)
    assert sheet.rows == [in_china(2, "+8613800138000", "王小明", {"合同": "A-1"})]
    assert (sheet.errors, sheet.duplicates, sheet.row_count) == ([], [], 1)


def test_other_column_names_and_columns_that_are_missing() -> None:
    sheet = read("Name, PHONE ,city\nLi,+8613800138001\n,13800138002,北京\n")
    assert sheet.rows == [
        in_china(2, "+8613800138001", "Li", {"city": ""}),
        in_china(3, "+8613800138002", "", {"city": "北京"}),
    ]
    assert read("phone\n13800138000\n").rows == [in_china(2, "+8613800138000", "", {})]


def test_quotes_keep_separators_and_line_breaks_and_the_line_is_where_the_row_begins() -> None:
    sheet = read('number,note\n13800138000,"a, ""b""\nc"\n\nnobody,x\n')
    assert sheet.rows[0].attributes == {"note": 'a, "b"\nc'}
    assert sheet.errors == [RowError(5, "number", "nobody", RowFault.NOT_A_NUMBER, "not a phone number")]


@pytest.mark.parametrize(
    ("number", "fault", "reason"),
    [
        ("", RowFault.NO_NUMBER, "no number"),
        ("hello", RowFault.NOT_A_NUMBER, "not a phone number"),
        ("123", RowFault.INVALID_NUMBER, "no valid number in +86"),
        ("110", RowFault.INVALID_NUMBER, "no valid number in +86"),
        ("+1 900 234 5678", RowFault.COSTLY_NUMBER, "a premium-rate or shared-cost number"),
        ("010-62345678 ext. 12", RowFault.HAS_EXTENSION, "has an extension, which cannot be dialled"),
        ("13800138000&PJSIP/evil", RowFault.NOT_A_NUMBER, "not a phone number"),
        ("=cmd|'/c calc'!A1", RowFault.NOT_A_NUMBER, "not a phone number"),
        ("1380013800013800138000", RowFault.NOT_A_NUMBER, "not a phone number"),
    ],
)
def test_numbers_that_cannot_be_called(number: str, fault: RowFault, reason: str) -> None:
    sheet = read(f'name,phone\nx,"{number}"\n')
    assert sheet.rows == []
    assert sheet.errors == [RowError(2, "phone", number, fault, reason)]


def test_whatever_is_accepted_is_a_plus_and_digits() -> None:
    texts = [
        "１３８００１３８０００",
        "(010) 6234-5678",
        "+44 20 7946 0958",
        "0086 138 0013 8001",
        "tel:+8613800138002",
    ]
    numbers = [row.number for row in read("number\n" + "\n".join(texts)).rows]
    assert numbers == ["+8613800138000", "+861062345678", "+442079460958", "+8613800138001", "+8613800138002"]


def test_the_region_decides_how_national_numbers_are_read() -> None:
    assert read("number\n020 7946 0958\n", region="GB").rows[0].number == "+442079460958"


def test_duplicates_in_the_file_and_in_the_list() -> None:
    sheet = read(
        "number\n13800138000\n+86 138-0013-8000\n13800138001\n13800138000\n", known=frozenset({"+8613800138001"})
    )
    assert [row.line for row in sheet.rows] == [2]
    assert sheet.duplicates == [
        Duplicate(3, "+8613800138000", Known.FROM_FILE, 2),
        Duplicate(4, "+8613800138001", Known.FROM_LIST, None),
        Duplicate(5, "+8613800138000", Known.FROM_FILE, 2),
    ]


def test_rows_that_do_not_fit_their_header() -> None:
    sheet = read("number,name\n13800138000,a,b\n13800138001," + "x" * 201 + "\n13800138002,ok\n")
    assert [(error.line, error.column, error.code, error.reason) for error in sheet.errors] == [
        (2, "", RowFault.TOO_MANY_VALUES, "more values than columns"),
        (3, "name", RowFault.TOO_LONG, "longer than 200 characters"),
    ]
    assert [row.line for row in sheet.rows] == [4]
    assert sheet.row_count == 3


def test_broken_quotes_are_told_with_their_line() -> None:
    sheet = read('number,name\n13800138000,"a"b\n13800138001,c\n13800138002,"never closed\n')
    assert [(error.line, error.code) for error in sheet.errors] == [(2, RowFault.NOT_CSV), (4, RowFault.NOT_CSV)]
    assert [row.line for row in sheet.rows] == [3]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"name,city\nLi,x\n", "one column 'number'"),
        (b"number,City,city\n", "Two columns are called"),
        (b"PK\x03\x04\x00\x00", "no workbook"),
        ("number\n138".encode("utf-16"), "neither text nor a workbook"),
        (b"number\n\xff\xff\n", "neither UTF-8 nor GB18030"),
        (",".join(["number", *map(str, range(50))]).encode(), "more than 50 columns"),
    ],
)
def test_files_that_cannot_be_read_at_all(content: bytes, message: str) -> None:
    with pytest.raises(BadInput, match=message) as failure:
        read_sheet(content, "CN")
    assert failure.value.field == "file"


def test_size_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "MAX_ROWS", 2)
    with pytest.raises(BadInput, match="more than 2 rows"):
        read("number\n1\n2\n3\n")
    monkeypatch.setattr(sheets, "MAX_BYTES", 10)
    with pytest.raises(BadInput, match="larger than"):
        read("number\n13800138000\n")
