"""`callcenter pbx …` and `callcenter dialplan …`: a private Asterisk, and the configuration for one's own."""

import ipaddress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from callcenter.asterisk import packages
from callcenter.asterisk.certificates import make_certificate
from callcenter.asterisk.dialplan import SECURITY_FLOOR, Site, Trunk, render
from callcenter.asterisk.installation import OLDEST, Version, installed
from callcenter.asterisk.ports import PortBlock
from callcenter.asterisk.private import Plan, PrivateAsterisk, plan
from callcenter.errors import BadInput
from callcenter.settings import AgentSettings, QueueSettings, Settings, load

Config = Annotated[Path | None, typer.Option(help="The settings; callcenter.toml here, if it exists.")]

pbx_commands = typer.Typer(no_args_is_help=True, help="A private Asterisk, for trying things out.")
dialplan_commands = typer.Typer(no_args_is_help=True, help="The Asterisk configuration for these settings.")


@pbx_commands.command()
def fetch(again: Annotated[bool, typer.Option("--again", help="Replace it by the newest packages.")] = False) -> None:
    """Fetches Asterisk without root into the cache, unless the one on PATH will do."""
    found = None if again else installed()
    found = found or packages.fetch(packages.user_cache(), Console(stderr=True), again=again)
    Console(soft_wrap=True).print(f"Asterisk {found.version}: {found.command[-1]}", highlight=False)


@pbx_commands.command()
def version() -> None:
    """Tells which Asterisk would be run, and whether it has to be fetched first."""
    found = packages.present(packages.user_cache())
    words = f"{found.version}: {found.command[-1]}" if found else "not here yet; type: callcenter pbx fetch"
    Console(soft_wrap=True).print(f"Asterisk {words}", highlight=False)


@pbx_commands.command()
def run(
    port: Annotated[int | None, typer.Option(min=1024, max=64000, help="SIP here, AMI on the next port.")] = None,
    config: Config = None,
) -> None:
    """Runs a private Asterisk with the shipped dialplans until Ctrl-C; settings without queues get two samples."""
    settings = load(config)
    ports = PortBlock.take() if port is None else PortBlock.at(port)
    private = PrivateAsterisk(plan(settings if settings.queues else sample(settings), ports=ports))
    console = Console(soft_wrap=True)
    try:
        with private:
            console.print(*_told(private.plan), "Ctrl-C ends it.", sep="\n", highlight=False)
            private.wait()
    except KeyboardInterrupt:
        console.print("Ended.")
    finally:
        private.remove()


def sample(settings: Settings) -> Settings:
    """These settings with two queues and three agents: something to try before there is a configuration."""
    queues = {
        "support": QueueSettings(extension="4000", label="Support"),
        "sales": QueueSettings(extension="4001", label="Sales"),
    }
    names = ("Li Na", "Wang Wei", "Zhang Min")
    agents = tuple(
        AgentSettings(number=str(1001 + place), name=name, queues=tuple(queues)) for place, name in enumerate(names)
    )
    return settings.model_copy(update={"queues": queues, "agents": agents})


def _told(chosen: Plan) -> tuple[object, ...]:
    pbx, codes = chosen.pbx, chosen.settings.feature_codes
    agents = Table("agent", "SIP user", "password", "queues")
    rows = [
        *((agent.name, agent.at(), agent.secret, ", ".join(agent.queues)) for agent in chosen.settings.agents),
        *((phone.called(), phone.at(), phone.secret, "") for phone in chosen.settings.phones),
    ]
    for name, device, secret, queues in rows:
        # Text, here and below, since names and passwords may look like markup.
        agents.add_row(*map(Text, (name, device.partition("/")[2], secret.get_secret_value(), queues)))
    return (
        Text(f"Asterisk {chosen.installation.version} in {chosen.run}"),
        Text(f"AMI  {pbx.host}:{pbx.port}  user {pbx.username}  secret {pbx.secret.get_secret_value()}"),
        f"SIP  127.0.0.1:{chosen.ports.sip} (UDP)",
        agents,
        f"Agents dial {codes.sign_in} to sign in, {codes.sign_out} to sign out, {codes.pause} and a digit to pause.",
    )


@dialplan_commands.command(name="render")
def render_command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where the files go; with several PBXs, DIR/NAME.")],
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that callcenter did not write.")] = False,
    asterisk: Annotated[str, typer.Option(help="The PBX's Asterisk release.")] = str(SECURITY_FLOOR),
    trunk: Annotated[str, typer.Option(metavar="HOST[:PORT]", help="The carrier; no outside calls without one.")] = "",
    server: Annotated[str, typer.Option(metavar="ADDRESS", help="Where callcenter runs, as the PBX sees it.")] = "",
    config: Config = None,
) -> None:
    """Writes the Asterisk configuration for these settings into DIR and tells what to do with it."""
    settings = load(config)
    site = _reached_from(server, Site(version=_version(asterisk), trunk=_trunk(trunk)))
    console = Console(soft_wrap=True)
    for pbx in settings.pbxs:
        own = folder / pbx.name if len(settings.pbxs) > 1 else folder
        for file in render(settings, own, site, pbx=pbx, force=force):
            console.print(Text(str(file)))
        console.print(Text(_WHAT_NEXT.format(folder=own)))


@dialplan_commands.command()
def certificate(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where the dialplan was rendered.")],
    host: Annotated[str, typer.Option(metavar="NAME", help="The host of browser_phone_url: a name or an address.")],
    force: Annotated[bool, typer.Option("--force", help="Replace the files that are there.")] = False,
) -> None:
    """Makes a key and a certificate for agents' phones in the browser, for a PBX that has none of an authority."""
    made = make_certificate(folder, host, datetime.now(UTC), force=force)
    console = Console(soft_wrap=True)
    # Text, since rich takes ":AB:" and ":CD:" within a fingerprint for emoji.
    console.print(Text(_CERTIFICATE.format(made=made, host=host, until=made.until)))


_CERTIFICATE = """{made.certificate}
{made.key}
For {host}, valid until {until:%Y-%m-%d}; SHA-256 {made.fingerprint}

The key is for Asterisk alone. Copy both files to /etc/asterisk/callcenter, where http.conf looks for them, and restart
Asterisk. The certificate is signed by itself: have each agent's computer trust {made.certificate.name}, in the settings
of the browser or by a policy for all of them. Until then browsers refuse it without asking, and the phone on the desk
says that it cannot reach the PBX. A certificate of an authority, under the same two names, needs none of that."""

_WHAT_NEXT = """
A PBX of its own: these files are its whole configuration (/etc/asterisk).
A PBX that exists: copy {folder}/callcenter beside its configuration and add one line to each of these files:
    queues.conf      #include "callcenter/queues.conf"
    pjsip.conf       #include "callcenter/pjsip.conf"
    extensions.conf  #include "callcenter/extensions.conf"
    manager.conf     #include "callcenter/manager.conf"
and in their [general] sections: persistentmembers=yes and shared_lastcall=yes (queues.conf), enabled=yes and
timestampevents=yes (manager.conf), queue_log=yes (logger.conf); systemname in [options] of asterisk.conf.
dialplans/README.md says more."""


def _version(text: str) -> Version:
    try:
        release = Version(*(int(part) for part in text.split(".")))
    except (ValueError, TypeError):
        raise BadInput(f"--asterisk: {text!r} is no release such as 22.10.1", field="asterisk") from None
    if release < OLDEST:
        raise BadInput(f"--asterisk: callcenter needs Asterisk {OLDEST.major} or newer", field="asterisk")
    return release


def _trunk(text: str) -> Trunk | None:
    if not text:
        return None
    host, _, port = text.partition(":")
    if not (port or "5060").isdecimal() or not 1 <= int(port or 5060) <= 65535:
        raise BadInput(f"--trunk: {text!r} is no HOST or HOST:PORT", field="trunk")
    return Trunk(host, int(port or 5060))


def _reached_from(server: str, site: Site) -> Site:
    """A server on another machine: AMI listens to the network, and the account is for that one address."""
    if not server:
        return site
    try:
        address = ipaddress.IPv4Address(server)
    except ValueError:
        raise BadInput(f"--server: {server!r} is no IPv4 address", field="server") from None
    return replace(site, ami_address="0.0.0.0", ami_permit=f"{address}/255.255.255.255")  # noqa: S104
