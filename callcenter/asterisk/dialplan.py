"""Renders the shipped Asterisk configuration (`dialplans/`) from the settings.

Whatever comes from the settings is checked here: a line break, a `;` or a `${` in a name would be configuration or
dialplan.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr

import callcenter
from callcenter.asterisk.event_filter import EVENTS, VARIABLES, legacy_filters, reads_advanced_filters
from callcenter.asterisk.installation import Version
from callcenter.asterisk.template import Row, render_folder
from callcenter.errors import BadInput
from callcenter.floor.events import WRAP_UP_REASON
from callcenter.phone_passwords import password_of
from callcenter.settings import (
    AgentSettings,
    PbxSettings,
    PhoneSettings,
    QueueSettings,
    Settings,
    SurveySettings,
)

SECURITY_FLOOR = Version(22, 10, 1)
"""The newest release with fixes when this was written; 20.20.1 in its branch (docs/asterisk.md)."""


@dataclass(frozen=True, slots=True)
class Trunk:
    """Where calls from and to the outside come from and go to: SIP over UDP."""

    host: str
    port: int = 5060


@dataclass(frozen=True, slots=True)
class Folders:
    """The folders of a private Asterisk: its configuration, what it runs from, and where it may write."""

    etc: Path
    modules: Path
    data: Path
    run: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where one Asterisk listens and keeps its files: everything that is not the business of the settings.

    `private` makes an Asterisk with folders of its own that is reached on `sip_address` alone.
    """

    version: Version = SECURITY_FLOOR
    sip_address: str = "0.0.0.0"  # noqa: S104 - phones are elsewhere; private ones get the loopback
    sip_port: int = 5060
    rtp: tuple[int, int] = (10_000, 20_000)
    ami_address: str = "127.0.0.1"
    ami_permit: str = "127.0.0.1/255.255.255.255"
    recordings: Path = Path("/var/spool/asterisk/monitor")
    trunk: Trunk | None = None
    private: Folders | None = None


def templates() -> Path:
    """The shipped configuration: inside an installed package, at the root of a source tree."""
    package = Path(callcenter.__file__).parent
    packed = package / "dialplans"
    return packed if packed.is_dir() else package.parent / "dialplans"


def render(settings: Settings, folder: Path, site: Site, *, pbx: PbxSettings, force: bool = False) -> list[Path]:
    """Writes the configuration of the PBX `pbx` of these settings into `folder`; returns the files.

    Raises BadInput with the field at fault, or Conflict for files that are not ours; then nothing was written.
    """
    check(settings, pbx, site)
    return render_folder(templates(), folder, _values(settings, pbx, site), _rows(settings, pbx, site), force=force)


def _values(settings: Settings, pbx: PbxSettings, site: Site) -> Row:
    codes = settings.feature_codes
    folders = site.private or Folders(*(Path("/nowhere"),) * 4)
    return {
        "pbx": pbx.name,
        "ami_user": pbx.username,
        "ami_secret": pbx.secret.get_secret_value(),
        "ami_port": pbx.port,
        "ami_address": site.ami_address,
        "ami_permit": site.ami_permit,
        "sip_address": site.sip_address,
        "sip_port": site.sip_port,
        "rtp_first": site.rtp[0],
        "rtp_last": site.rtp[1],
        "recordings": site.recordings,
        "sign_in": codes.sign_in,
        "sign_out": codes.sign_out,
        "unpause": codes.unpause,
        "wrap_up_done": codes.wrap_up_done,
        "more_wrap_up": codes.more_wrap_up,
        "wrap_up_reason": WRAP_UP_REASON,
        "pause_recording": codes.pause_recording,
        "resume_recording": codes.resume_recording,
        "hold": codes.hold,
        "sign_in_length": len(codes.sign_in),
        "by_name": "yes" if settings.phones else "no",
        "etc": folders.etc,
        "modules": folders.modules,
        "data": folders.data,
        "run": folders.run,
        "music": folders.run / "music" if site.private else "moh",
    }


BROWSER_PHONES = "browser-phones"
"""The files with the certificate and the key of SIP over WebSocket, beside the rendered files in callcenter/."""


def _websockets(settings: Settings, pbx: PbxSettings, site: Site) -> list[Row]:
    """How browsers reach this PBX for their phones: one row, or none. By ws:// nothing but the loopback does."""
    if pbx.browser_phone_url not in settings.browser_phone_urls:
        return []
    parts = urlsplit(pbx.browser_phone_url)
    is_secure = parts.scheme == "wss"
    folder = site.private.etc if site.private else Path("/etc/asterisk")
    return [{
        "protocol": parts.scheme,
        "websocket_port": parts.port or (443 if is_secure else 80),
        "certificate": folder / f"callcenter/{BROWSER_PHONES}.crt",
        "key": folder / f"callcenter/{BROWSER_PHONES}.key",
    }]  # fmt: skip


def _rows(settings: Settings, pbx: PbxSettings, site: Site) -> dict[str, list[Row]]:
    queues = [_queue_row(settings, name) for name in settings.queues]
    agents = [_agent_row(agent, pbx) for agent in settings.agents]
    desks = [_desk_row(phone) for phone in settings.phones]
    has_desks: list[Row] = [{}] if desks else []
    websockets = _websockets(settings, pbx, site)
    advanced = reads_advanced_filters(site.version)
    trunk: list[Row] = [{"host": site.trunk.host, "port": site.trunk.port}] if site.trunk else []
    private: list[Row] = [{}] if site.private else []
    return {
        "queue": queues,
        "numbered_queue": [row for row in queues if row["extension"]],
        "exit_key": [row for row in queues if row["digit"]],
        "callback_key": [_callback_key(name, queue) for name, queue in settings.queues.items() if queue.callback_digit],
        "survey": [_survey_row(name, survey) for name, survey in _surveys(settings).items()],
        "agent": agents,
        "fixed_agent": [] if desks else agents,
        "roaming_agent": agents if desks else [],
        "with_desks": has_desks,
        "desk_queue": queues if desks else [],
        "without_desks": [] if desks else [{}],
        "desk": desks,
        "desk_endpoint": [row for row in desks if row["endpoint"]],
        "phone": [row for row in agents if row["endpoint"]],
        "browser_phone": [
            _browser_row(settings, agent, pbx) for agent in settings.agents if agent.browser_endpoint(pbx)
        ],
        "websocket": websockets,
        "plain_websocket": [row for row in websockets if row["protocol"] == "ws"],
        "secure_websocket": [row for row in websockets if row["protocol"] == "wss"],
        "private_websocket": private and websockets,
        "pause": [
            {
                "extension": settings.feature_codes.pause + reason.digit,
                "code": reason.code,
                "label_en": reason.label_en,
                "label_zh": reason.label_zh,
            }
            for reason in settings.pause_reasons
        ],
        "trunk": trunk,
        "caller_id": [{"number": settings.dialer.caller_id}] if site.trunk and settings.dialer.caller_id else [],
        "private": private,
        "private_trunk": private and trunk,
        "event": [{"name": name} for name in EVENTS if advanced],
        "variable": [{"name": name} for name in VARIABLES if advanced],
        "legacy_filter": [{"regex": regex} for regex in legacy_filters() if not advanced],
    }


_AFTERWARDS = 'GotoIf($["${{QUEUESTATUS}}" = "CONTINUE"]?callcenter-survey-{name},s,1:callcenter-leave,s,1)'
"""Only who talked with an agent, and is still there when the agent hangs up, is asked."""


def _surveys(settings: Settings) -> dict[str, SurveySettings]:
    """The queues whose callers are asked after the call, with how."""
    asked = ((name, queue.survey) for name, queue in settings.queues.items())
    return {name: survey for name, survey in asked if survey is not None and survey.is_on}


def _survey_row(name: str, survey: SurveySettings) -> Row:
    return {"name": name, **survey.model_dump(include={"question", "thanks", "answer_seconds", "tries"})}


def _queue_row(settings: Settings, name: str) -> Row:
    queue = settings.queues[name]
    has_survey = name in _surveys(settings)
    return {
        "name": name,
        "label": queue.label or name,
        "extension": queue.extension or "",
        "digit": queue.exit_digit,
        "options": "tc" if has_survey else "t",
        "afterwards": _AFTERWARDS.format(name=name) if has_survey else "Goto(callcenter-leave,s,1)",
        "strategy": queue.strategy,
        "ring_seconds": queue.ring_seconds,
        "retry_seconds": queue.retry_seconds,
        "wrap_up_seconds": queue.wrap_up_seconds,
        "max_waiting": queue.max_waiting,
        "max_wait_seconds": queue.max_wait_seconds or "",
        "service_level_seconds": round(queue.service_level_seconds),
    }


def _callback_key(name: str, queue: QueueSettings) -> Row:
    """The context of a queue's keys is there already where it has an exit key: `(+)` adds to it."""
    return {"name": name, "digit": queue.callback_digit, "more": "(+)" if queue.exit_digit else ""}


def _browser_row(settings: Settings, agent: AgentSettings, pbx: PbxSettings) -> Row:
    endpoint = agent.browser_endpoint(pbx)
    secret = settings.browser_phone.secret.get_secret_value()
    return {
        "number": agent.number,
        "name": agent.name,
        "endpoint": endpoint,
        "queues": "&".join(agent.queues),
        "secret": password_of(secret, pbx.name, endpoint),
    }


def _desk_row(phone: PhoneSettings) -> Row:
    return {"number": phone.number, "label": phone.called(), **_phone(phone)}


def _agent_row(agent: AgentSettings, pbx: PbxSettings) -> Row:
    return {
        "number": agent.number,
        "name": agent.name,
        "phones": "&".join(agent.interfaces(pbx)),
        "queues": "&".join(agent.queues),
        "pin": agent.pin.get_secret_value(),
        **_phone(agent),
    }


def _phone(phone: AgentSettings | PhoneSettings) -> Row:
    """Without a secret, or on another technology, a phone is configured elsewhere: no endpoint of ours."""
    secret = phone.secret.get_secret_value()
    technology, _, endpoint = phone.at().partition("/")
    return {
        "interface": phone.at(),
        "secret": secret,
        "endpoint": endpoint if secret and technology == "PJSIP" else "",
    }


# --- what may stand in the configuration -------------------------------------------------------------------------

_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_INTERFACE = re.compile(r"[A-Za-z]{2,16}/[A-Za-z0-9_.@/-]{1,79}")
_FEATURE_CODE = re.compile(r"[0-9*#]{2,10}")
_CALLER_ID = re.compile(r"(\+?[0-9]{3,20})?")
_HOST = re.compile(r"[A-Za-z0-9.:-]{1,253}")
_TEXT = re.compile(r"[^\x00-\x1f\x7f-\x9f;\[\]{},|\"\\$&]{1,80}")
"""Everything but control characters and what Asterisk reads as configuration, dialplan or a column of queue_log."""
_SECRET = re.compile(r"[!-:<-\[\]-~]{8,79}")
"""Printable ASCII without space, `;` (a comment) and backslash; at least eight characters."""
_PATH = re.compile(r"/[^\x00-\x1f\x7f;\[\]{}(),|\"\\$&'<>`*?]+")
_RESERVED = {"general", "default"}
IN_CALL_CODES = ("#1", "*2", "*1", "*0")
"""What the shipped features.conf has an agent press in a call: transfers, back from one, and the end."""


def check(settings: Settings, pbx: PbxSettings, site: Site) -> None:
    """Raises BadInput for the first value that cannot stand in Asterisk's configuration, naming its field."""
    _must_be_secret(pbx.secret, f"pbxs.{pbx.name}.secret")
    _must_match(_WORD, pbx.name, "pbxs.name")
    _must_match(_PATH, str(site.recordings), "recordings")
    _must_match(_CALLER_ID, settings.dialer.caller_id, "dialer.caller_id")
    if site.trunk:
        _must_match(_HOST, site.trunk.host, "trunk")
    for name, queue in settings.queues.items():
        _check_queue(name, queue.label)
    for agent in settings.agents:
        _check_agent(agent, settings)
    for phone in settings.phones:
        _check_desk(phone)
    if pbx.browser_phone_url in settings.browser_phone_urls and not settings.browser_phone.secret.get_secret_value():
        raise BadInput("browser_phone.secret: agents' phones in the browser need one", field="browser_phone.secret")
    _check_codes(settings)
    _check_numbers(settings, pbx)


def _check_queue(name: str, label: str) -> None:
    _must_match(_WORD, name, f"queues.{name[:20]!r}")
    if name.lower() in _RESERVED:
        raise BadInput(f"queues.{name}: this name means something else to Asterisk", field=f"queues.{name}")
    _must_match(_TEXT, label or name, f"queues.{name}.label")


def _check_agent(agent: AgentSettings, settings: Settings) -> None:
    field = f"agents.{agent.number}"
    _must_match(_TEXT, agent.name, f"{field}.name")
    if agent.has_phone:
        _must_match(_INTERFACE, agent.at(), f"{field}.interface")
    if agent.secret.get_secret_value():
        _must_be_secret(agent.secret, f"{field}.secret")
    unknown = [name for name in agent.queues if name not in settings.queues]
    if unknown:
        raise BadInput(f"{field}.queues: there is no queue {unknown[0]!r}", field=f"{field}.queues")


def _check_desk(phone: PhoneSettings) -> None:
    field = f"phones.{phone.number}"
    _must_match(_TEXT, phone.called(), f"{field}.label")
    _must_match(_INTERFACE, phone.at(), f"{field}.interface")
    if phone.secret.get_secret_value():
        _must_be_secret(phone.secret, f"{field}.secret")


def _check_codes(settings: Settings) -> None:
    for name, code in settings.feature_codes.model_dump().items():
        _must_match(_FEATURE_CODE, code, f"feature_codes.{name}")
    for reason in settings.pause_reasons:
        _must_match(_TEXT, reason.label_en, f"pause_reasons.{reason.code}.label_en")
        _must_match(_TEXT, reason.label_zh, f"pause_reasons.{reason.code}.label_zh")


def _check_numbers(settings: Settings, pbx: PbxSettings) -> None:
    """What can be dialled, and what is looked up by name, must mean one thing."""
    codes = settings.feature_codes
    _must_differ("feature_codes", (
        codes.sign_in, codes.sign_out, codes.unpause, codes.wrap_up_done, codes.more_wrap_up,
        *(codes.pause + reason.digit for reason in settings.pause_reasons),
    ))  # fmt: skip
    others = (codes.sign_out, codes.unpause, codes.wrap_up_done, codes.more_wrap_up, codes.pause)
    if settings.phones and any(code.startswith(codes.sign_in) for code in others):
        raise BadInput(
            "feature_codes.sign_in: at a desk phone the agent's number follows it, so no other code may begin with it",
            field="feature_codes.sign_in",
        )
    _must_differ("feature_codes", (codes.pause_recording, codes.resume_recording, codes.hold, *IN_CALL_CODES))
    extensions = (queue.extension for queue in settings.queues.values() if queue.extension)
    _must_differ("agents.number", (*(agent.number for agent in settings.agents), *extensions))
    _must_differ("agents.interface", (at for agent in settings.agents for at in agent.interfaces(pbx)))
    _must_differ("agents.name", (agent.name for agent in settings.agents))
    # Asterisk compares queue names without regard to case, and extensions without regard to hyphens.
    _must_differ("queues", (name.lower().replace("-", "") for name in settings.queues))


def _must_match(pattern: re.Pattern[str], value: str, field: str) -> None:
    if not pattern.fullmatch(value) or value != value.strip():
        raise BadInput(f"{field}: {value!r} cannot stand in Asterisk's configuration", field=field)


def _must_be_secret(secret: SecretStr, field: str) -> None:
    if not _SECRET.fullmatch(secret.get_secret_value()):
        raise BadInput(
            f"{field}: needs 8 to 79 ASCII characters, without spaces, semicolons and backslashes", field=field
        )


def _must_differ(field: str, values: Iterable[str]) -> None:
    twice = [value for value, times in Counter(values).items() if times > 1]
    if twice:
        raise BadInput(f"{field}: {twice[0]!r} is used twice", field=field)
