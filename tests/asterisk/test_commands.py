"""`callcenter dialplan render`: what it writes, tells and refuses."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from callcenter.asterisk.commands import dialplan_commands
from callcenter.errors import BadInput, CallCenterError, Conflict

TOML = """
[[pbxs]]
name = "pbx1"
secret = "long-enough-1"

[queues.support]
extension = "4000"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "callcenter.toml"
    file.write_text(TOML)
    return file


def rendered(config: Path, folder: Path, *options: str) -> Result:
    return CliRunner().invoke(dialplan_commands, [str(folder), "--config", str(config), *options])


def test_it_names_what_it_wrote_and_what_to_include_where(config: Path, tmp_path: Path) -> None:
    result = rendered(config, tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert str(tmp_path / "out" / "callcenter" / "queues.conf") in result.output
    assert '#include "callcenter/extensions.conf"' in result.output
    assert "long-enough-1" not in result.output


def test_several_pbxs_get_a_folder_each(config: Path, tmp_path: Path) -> None:
    config.write_text(TOML + '\n[[pbxs]]\nname = "pbx2"\nsecret = "long-enough-2"\n')
    assert rendered(config, tmp_path / "out").exit_code == 0
    for name, secret in (("pbx1", "long-enough-1"), ("pbx2", "long-enough-2")):
        assert secret in (tmp_path / "out" / name / "callcenter" / "manager.conf").read_text()
        assert f"systemname = {name}\n" in (tmp_path / "out" / name / "asterisk.conf").read_text()


def test_a_server_elsewhere_is_let_in_and_nobody_else(config: Path, tmp_path: Path) -> None:
    assert rendered(config, tmp_path / "out", "--server", "10.0.0.3").exit_code == 0
    assert "permit = 10.0.0.3/255.255.255.255" in (tmp_path / "out/callcenter/manager.conf").read_text()
    assert "bindaddr = 0.0.0.0" in (tmp_path / "out/manager.conf").read_text()


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        (("--asterisk", "16.2.1"), BadInput, "18 or newer"),
        (("--asterisk", "latest"), BadInput, "no release"),
        (("--asterisk", "22.1.2.3"), BadInput, "no release"),
        (("--trunk", "carrier:port"), BadInput, "HOST:PORT"),
        (("--trunk", "carrier:99999"), BadInput, "HOST:PORT"),
        (("--trunk", "evil]\nhost"), BadInput, "trunk"),
        (("--server", "0.0.0.0/0"), BadInput, "no IPv4 address"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused_by_name(
    config: Path, tmp_path: Path, options: tuple[str, ...], error: type[CallCenterError], words: str
) -> None:
    result = rendered(config, tmp_path / "out", *options)
    assert isinstance(result.exception, error)
    assert words in result.exception.message
    assert not (tmp_path / "out").exists()


def test_somebody_elses_file_is_kept_unless_forced(config: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "queues.conf").write_text("mine\n")
    assert isinstance(rendered(config, tmp_path / "out").exception, Conflict)
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["queues.conf"]
    assert rendered(config, tmp_path / "out", "--force").exit_code == 0
