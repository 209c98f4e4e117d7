"""Templates: values, repeated lines, and whose file may be overwritten."""

from pathlib import Path

import pytest

from callcenter.asterisk.template import MARK, fill, render_folder
from callcenter.errors import Conflict

QUEUES = [{"name": "support", "ring": 15}, {"name": "sales", "ring": 20}]


def test_a_value_is_put_in_and_asterisks_own_dollars_and_ats_are_left_alone() -> None:
    text = "exten => @{number},1,Dial(PJSIP/${EXTEN}@trunk) ; a@b\n"
    assert fill(text, {"number": 1001}, {}) == "exten => 1001,1,Dial(PJSIP/${EXTEN}@trunk) ; a@b\n"


def test_lines_are_repeated_for_each_row_with_the_rows_values_before_the_others() -> None:
    text = "a\n;@ each queue\n[@{name}]\ntimeout=@{ring} of @{pbx}\n;@ end\nz\n"
    filled = fill(text, {"pbx": "pbx1", "name": "not this"}, {"queue": QUEUES})
    assert filled == "a\n[support]\ntimeout=15 of pbx1\n[sales]\ntimeout=20 of pbx1\nz\n"


def test_no_row_no_lines() -> None:
    assert fill("a\n;@ each trunk\n[trunk]\n;@ end\nz\n", {}, {"trunk": []}) == "a\nz\n"


def test_a_value_is_never_read_as_a_template_again() -> None:
    assert fill(";@ each queue\n@{name}\n;@ end\n", {"ring": 1}, {"queue": [{"name": "@{ring}"}]}) == "@{ring}\n"


@pytest.mark.parametrize("text", ["@{typo}", ";@ each typo\nx\n;@ end\n"])
def test_a_name_that_is_not_there_is_an_error(text: str) -> None:
    with pytest.raises(KeyError, match="typo"):
        fill(text, {}, {})


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    folder = tmp_path / "templates"
    (folder / "callcenter").mkdir(parents=True)
    (folder / "a.conf").write_text("a=@{value}\n")
    (folder / "callcenter" / "b.conf").write_text("b=@{value}\n")
    (folder / "README.md").write_text("not a template")
    return folder


def test_a_folder_is_rendered_with_its_folders_and_again_over_itself(templates: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    render_folder(templates, out, {"value": "1"}, {})
    written = render_folder(templates, out, {"value": "2"}, {})
    assert sorted(written) == [out / "a.conf", out / "callcenter" / "b.conf"]
    assert (out / "callcenter" / "b.conf").read_text() == f"{MARK}b=2\n"
    assert sorted(file for file in out.rglob("*") if file.is_file()) == sorted(written), "no file is left over"


def test_passwords_are_not_for_everybody(templates: Path, tmp_path: Path) -> None:
    for file in render_folder(templates, tmp_path / "out", {"value": "1"}, {}):
        assert file.stat().st_mode & 0o007 == 0


def test_somebody_elses_file_is_not_overwritten_and_then_nothing_is_written(templates: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "callcenter").mkdir(parents=True)
    theirs = out / "callcenter" / "b.conf"
    theirs.write_text("mine\n")
    with pytest.raises(Conflict, match=str(theirs)):
        render_folder(templates, out, {"value": "1"}, {})
    assert theirs.read_text() == "mine\n"
    assert not (out / "a.conf").exists()
    render_folder(templates, out, {"value": "1"}, {}, force=True)
    assert theirs.read_text() == f"{MARK}b=1\n"
