"""`callcenter user …`: people who sign in to the panel."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from callcenter.accounts import second_factors, service
from callcenter.accounts.rules import Language, Role, check_agent_number, check_username
from callcenter.accounts.service import Access, NewUser
from callcenter.audit.rules import CONSOLE
from callcenter.audit.service import write_entry
from callcenter.audit.tables import AuditEntry
from callcenter.errors import BadInput, NotFound
from callcenter.settings import Settings, load
from callcenter.store.engine import make_engine, make_sessions, migrate

T = TypeVar("T")
Config = Annotated[Path | None, typer.Option(help="The settings; callcenter.toml here, if it exists.")]
Username = Annotated[str, typer.Argument(metavar="NAME", help="What is typed to sign in; case is ignored.")]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input's first line.")
]

commands = typer.Typer(no_args_is_help=True, help="People who sign in to the panel.")


@commands.command()
def add(  # noqa: PLR0913 - each is an option of the command
    username: Username,
    role: Annotated[
        list[Role],
        typer.Option(help="What they may do; give it again for a further role."),
    ],
    name: Annotated[str, typer.Option(help="What others see; the username unless given.")] = "",
    language: Annotated[Language, typer.Option(help="The panel's language; the browser's unless given.")] = "",
    agent: Annotated[str | None, typer.Option(help="The agent's number, of somebody who takes calls.")] = None,
    password_stdin: FromStdin = False,
    config: Config = None,
) -> None:
    """Adds a user. The password is asked for twice."""
    settings = load(config)
    check_username(username)
    check_agent_number(agent)
    user = NewUser(username, _password(from_stdin=password_stdin), tuple(role), name, language, agent)
    given: dict[str, Any] = {"roles": [*role]} | ({} if agent is None else {"agent_number": agent})
    _act(settings, "user.create", username, lambda access: service.add_user(access, user), given)
    typer.echo(f"{username} was added as {' and '.join(role)}.")


@commands.command("list")
def list_users(config: Config = None) -> None:
    """Lists the users: username, roles, name."""
    for user in _run(load(config), service.users):
        state = " (disabled)" if user.is_disabled else ""
        agent = f" (agent {user.agent_number})" if user.agent_number else ""
        typer.echo(f"{user.username:<20} {','.join(user.roles):<20} {user.name}{agent}{state}")


@commands.command()
def password(username: Username, password_stdin: FromStdin = False, config: Config = None) -> None:
    """Changes a user's password and signs the user out everywhere."""
    settings = load(config)
    new = _password(from_stdin=password_stdin)
    _act(settings, "user.change_password", username, lambda access: service.set_password(access, username, new))
    typer.echo(f"The password of {username} was changed; {username} is signed out everywhere.")


@commands.command("forget-code")
def forget_code(username: Username, config: Config = None) -> None:
    """Lets a user sign in by password alone whose authenticator app and recovery codes are lost."""
    _act(load(config), "user.forget_second_factor", username, lambda access: _forget_code(access, username))
    typer.echo(f"{username} signs in by password alone.")


async def _forget_code(access: Access, username: str) -> None:
    account = await service.account_named(access, username)
    if account is None:
        raise NotFound(f"there is no user {username!r}", field="username")
    await second_factors.forget(access, account.id)


@commands.command("forget-provider")
def forget_provider(username: Username, config: Config = None) -> None:
    """Lets a user be found by name again at the next sign-in at the provider, who is somebody else there by now."""
    _act(load(config), "user.forget_provider", username, lambda access: service.forget_provider(access, username))
    typer.echo(f"{username} is found by name at the provider.")


@commands.command()
def remove(username: Username, config: Config = None) -> None:
    """Removes a user and signs the user out everywhere."""
    _act(load(config), "user.remove", username, lambda access: service.remove_user(access, username))
    typer.echo(f"{username} was removed.")


def _act(
    settings: Settings,
    act: str,
    username: str,
    task: Callable[[Access], Awaitable[object]],
    given: Mapping[str, Any] | None = None,
) -> None:
    """Carries it out and writes it down: what the console does to an account stands in the audit log, too."""

    async def written_down(access: Access) -> None:
        await task(access)
        entry = AuditEntry(
            at=access.clock(),
            user_id=0,
            username=CONSOLE,
            address=CONSOLE,
            act=act,
            subject_kind=act.partition(".")[0],
            subject_id=username,
            details={"user": username, **(given or {})},
        )
        await write_entry(access.sessions, entry)

    _run(settings, written_down)


def _password(*, from_stdin: bool) -> str:
    if not from_stdin:
        typed: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
        return typed
    line = sys.stdin.readline().removesuffix("\n")
    if not line:
        raise BadInput("no password came on standard input", field="password")
    return line


def _run(settings: Settings, task: Callable[[Access], Awaitable[T]]) -> T:
    """Carries out one task on the centre's accounts."""
    return asyncio.run(_with_access(settings, task))


async def _with_access(settings: Settings, task: Callable[[Access], Awaitable[T]]) -> T:
    engine = make_engine(settings.storage_url)
    try:
        await migrate(engine)
        return await task(Access(make_sessions(engine)))
    finally:
        await engine.dispose()
