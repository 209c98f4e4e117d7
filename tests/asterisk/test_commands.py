"""`callcenter dialplan …`: what it writes, tells and refuses."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import SubjectAlternativeName, load_pem_x509_certificate
from typer.testing import CliRunner, Result

from callcenter.asterisk import commands
from callcenter.asterisk.certificates import Certificate
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
    return CliRunner().invoke(dialplan_commands, ["render", str(folder), "--config", str(config), *options])


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


def certified(folder: Path, *options: str) -> Result:
    return CliRunner().invoke(dialplan_commands, ["certificate", str(folder), *options])


@pytest.mark.parametrize("host", ["pbx.example.org", "192.0.2.7"])
def test_a_certificate_is_for_its_host_and_its_key_is_readable_for_its_group_at_most(tmp_path: Path, host: str) -> None:
    result = certified(tmp_path, "--host", host)
    assert result.exit_code == 0, result.output
    files = [tmp_path / "callcenter" / f"browser-phones.{ending}" for ending in ("crt", "key")]
    made = load_pem_x509_certificate(files[0].read_bytes())
    names = made.extensions.get_extension_for_class(SubjectAlternativeName).value
    assert [str(name.value) for name in names] == [host]
    key = load_pem_private_key(files[1].read_bytes(), None)
    assert key.public_key() == made.public_key()
    assert files[1].stat().st_mode & 0o777 == 0o640 & ~umask()
    assert made.fingerprint(SHA256()).hex(":").upper() in result.output
    assert f"{made.not_valid_after_utc:%Y-%m-%d}" in result.output
    assert "PRIVATE" not in result.output

    before = [file.read_bytes() for file in files]
    again = certified(tmp_path, "--host", host)
    assert isinstance(again.exception, Conflict)
    assert [file.read_bytes() for file in files] == before
    assert certified(tmp_path, "--host", host, "--force").exit_code == 0
    assert [file.read_bytes() for file in files] != before


def test_a_fingerprint_is_told_as_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`:AB:` and `:CD:`, frequent among its 32 octets, are names of emoji to rich."""
    made = Certificate(tmp_path / "a.crt", tmp_path / "a.key", datetime(2030, 1, 1, tzinfo=UTC), "0A:AB:34:CD:00")
    monkeypatch.setattr(commands, "make_certificate", lambda *_, **__: made)
    assert "SHA-256 0A:AB:34:CD:00\n" in certified(tmp_path, "--host", "pbx.example.org").output


@pytest.mark.parametrize("host", ["", "wss://pbx.example.org", "pbx example", "a\nb", "-x", "x" * 65])
def test_what_is_no_host_gets_no_certificate(tmp_path: Path, host: str) -> None:
    result = certified(tmp_path, f"--host={host}")
    assert isinstance(result.exception, BadInput)
    assert list(tmp_path.iterdir()) == []


def umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
