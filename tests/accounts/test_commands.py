"""`callcenter user …` as typed, the password prompt at a real terminal included."""

import asyncio
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from callcenter.audit.service import Wanted, every_entry
from callcenter.errors import BadInput, CallCenterError, Conflict, NotFound
from callcenter.settings import Settings
from callcenter.store.engine import make_engine, make_sessions
from callcenter.user_commands import commands

SECRET = "correct horse"


@pytest.fixture(autouse=True)
def _empty_centre(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _user(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(commands, arguments, input=typed)


def _add(username: str, *, password: str = SECRET, role: str = "agent") -> Result:
    return _user("add", username, "--role", role, "--password-stdin", typed=f"{password}\n")


def test_added_users_are_listed_without_their_passwords() -> None:
    added = _user("add", "Ada", "--role", "qa", "--role", "admin", "--name", "Ada L", "--password-stdin", typed=SECRET)
    assert (added.exit_code, added.output) == (0, "Ada was added as qa and admin.\n")
    assert _add("bob").exit_code == 0
    listed = _user("list").output.splitlines()
    assert [line.split() for line in listed] == [["Ada", "admin,qa", "Ada", "L"], ["bob", "agent", "bob"]]


async def _acts() -> list[tuple[str, str, str, object]]:
    engine = make_engine(Settings().storage_url)
    try:
        written = [entry async for entry in every_entry(make_sessions(engine), Wanted())]
    finally:
        await engine.dispose()
    return [(entry.username, entry.act, entry.subject_id, entry.details) for entry in reversed(written)]


def test_what_the_console_does_stands_in_the_audit_log_without_passwords() -> None:
    assert _add("ada").exit_code == 0
    assert _add("ada").exit_code == 1
    assert _user("password", "ada", "--password-stdin", typed="correct pony!\n").exit_code == 0
    for what in ("forget-code", "forget-provider", "remove"):
        assert _user(what, "ada").exit_code == 0
    created, *others = asyncio.run(_acts())
    assert created == ("console", "user.create", "ada", {"user": "ada", "roles": ["agent"]})
    acts = ("user.change_password", "user.forget_second_factor", "user.forget_provider", "user.remove")
    assert others == [("console", act, "ada", {"user": "ada"}) for act in acts]


def test_password_is_asked_for_twice_and_not_shown() -> None:
    added = _user("add", "ada", "--role", "agent", typed=f"{SECRET}\n{SECRET}\n")
    assert added.exit_code == 0
    assert SECRET not in added.output


def test_two_different_passwords_are_asked_for_again() -> None:
    added = _user("add", "ada", "--role", "agent", typed=f"{SECRET}\nwrong horse\n")
    assert added.exit_code != 0
    assert _user("list").output == ""


@pytest.mark.parametrize(
    ("arguments", "typed", "error"),
    [
        (["add", "ADA", "--role", "agent", "--password-stdin"], SECRET, Conflict),
        (["add", "bob", "--role", "agent", "--password-stdin"], "short", BadInput),
        (["add", "bob", "--role", "agent", "--password-stdin"], "", BadInput),
        (["add", "b b", "--role", "agent", "--password-stdin"], SECRET, BadInput),
        (["password", "bob", "--password-stdin"], SECRET, NotFound),
        (["password", "ada", "--password-stdin"], "short", BadInput),
        (["remove", "bob"], "", NotFound),
    ],
)
def test_what_cannot_be_done_is_an_error_and_changes_nothing(
    arguments: list[str], typed: str, error: type[CallCenterError]
) -> None:
    _add("ada")
    before = _user("list").output
    failed = _user(*arguments, typed=typed)
    assert failed.exit_code == 1
    assert isinstance(failed.exception, error)
    assert _user("list").output == before


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ["add", "bob", "--role", "boss", "--password-stdin"],
            "'boss' is not one of 'agent', 'team_leader', 'supervisor'",
        ),
        (["add", "bob", "--password-stdin"], "Missing option '--role'"),
        (["add", "bob", "--role", "agent", "--language", "fr"], "fr"),
    ],
)
def test_wrong_option_says_what_is_allowed(arguments: list[str], told: str) -> None:
    failed = _user(*arguments, typed=SECRET)
    assert failed.exit_code == 2
    assert told in " ".join(failed.output.replace("│", " ").split())


def test_password_is_changed_and_user_removed() -> None:
    _add("ada")
    changed = _user("password", "ADA", "--password-stdin", typed="battery staple\n")
    assert (changed.exit_code, "signed out everywhere" in changed.output) == (0, True)
    assert _user("remove", "ada").exit_code == 0
    assert _user("list").output == ""


def test_config_says_where_the_users_are(tmp_path: Path) -> None:
    (tmp_path / "north.toml").write_text('data_folder = "north"\n')
    _user("add", "ada", "--role", "agent", "--password-stdin", "--config", "north.toml", typed=SECRET)
    assert (tmp_path / "north" / "callcenter.db").exists()
    assert _user("list").output == ""
    assert "ada" in _user("list", "--config", "north.toml").output


@pytest.mark.real
def test_terminal_does_not_echo_the_password() -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "callcenter.cli", "user", "add", "ada", "--role", "agent"]
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
    os.close(theirs)
    shown = _answer(ours, b"Password: ") + _answer(ours, b"confirmation: ") + _rest(ours)
    assert process.wait(timeout=30) == 0
    os.close(ours)
    assert "ada was added" in shown
    assert SECRET not in shown


def _answer(terminal: int, prompt: bytes) -> str:
    shown = b""
    while prompt not in shown:
        shown += os.read(terminal, 1024)
    os.write(terminal, f"{SECRET}\n".encode())
    return shown.decode()


def _rest(terminal: int) -> str:
    shown = b""
    while True:
        try:
            shown += os.read(terminal, 1024)
        except OSError:  # the other side has closed the terminal
            return shown.decode()
