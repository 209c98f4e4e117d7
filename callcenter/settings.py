"""One typed Settings: callcenter.toml, overridden by CALLCENTER_* variables."""

import os
import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    IPvAnyNetwork,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)
from typing_extensions import override

from callcenter.errors import SetupFailed
from callcenter.phone_passwords import SHORTEST_SECRET

Word = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
Digits = Annotated[str, Field(pattern=r"^[0-9]{1,15}$")]
Seconds = Annotated[float, Field(ge=0)]
Sound = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*(/[A-Za-z0-9][A-Za-z0-9_-]*)*$", min_length=1, max_length=80)
]
DialString = Annotated[str, Field(pattern=r"^[^{}]*\{number\}[^{}]*$")]
TimeOfDay = Annotated[str, Field(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]

LOOPBACK = ("127.0.0.1", "localhost")

BUCKET = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9_-][A-Za-z0-9._-]*)*/?")

ServiceLevelVariant = Literal["offered_without_short_abandons", "answered", "offered", "abandons_count_as_met"]


class Part(BaseModel):
    """A section of the settings: an unknown key is an error that names it."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PbxSettings(Part):
    """One Asterisk: where its AMI is; where this machine sees its recordings and queue_log.

    queue_log is a file, with what rotation left beside it, or the table of a realtime queue_log. cel is the channel
    event log that the shipped cel_custom.conf writes: it tells what became of a callback that was lost sight of.
    browser_phone_url is where agents' browsers reach its SIP over WebSocket; without it they have no phone there.
    """

    name: Word = "pbx1"
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 5038
    username: Word = "callcenter"
    secret: SecretStr = SecretStr("")
    tls: bool = False
    recordings_folder: Path = Path("recordings")
    queue_log: Path | None = None
    cel: Path | None = None
    queue_log_url: SecretStr = SecretStr("")
    queue_log_table: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,62}(\.[A-Za-z_][A-Za-z0-9_]{0,62})?$")] = (
        "queue_log"
    )
    browser_phone_url: Annotated[
        str,
        Field(pattern=r"^(wss?://[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?(:[0-9]{1,5})?/[A-Za-z0-9/_-]{0,64})?$"),
    ] = ""

    @field_validator("browser_phone_url")
    @classmethod
    def _is_private(cls, value: str) -> str:
        """Who could read SIP on its way would learn the keys of the audio, too."""
        parts = urlsplit(value)
        try:
            port = parts.port
        except ValueError:
            port = 0
        if port == 0:
            raise ValueError("a port is from 1 to 65535")
        if parts.scheme == "ws" and parts.hostname not in LOOPBACK:
            raise ValueError(f"use wss://; ws:// is for {' and '.join(LOOPBACK)} alone")
        return value

    @model_validator(mode="after")
    def _one_queue_log(self) -> Self:
        if self.queue_log is not None and self.queue_log_url.get_secret_value():
            raise ValueError("queue_log and queue_log_url are two places of one log: leave one of them out")
        return self


class SurveySettings(Part):
    """The survey after the call of one queue: whom the agent hung up on is asked for a digit from 1 to 5.

    `question` and `thanks` are sounds by name, without language and ending: Asterisk takes each in the language of the
    caller's channel. The question is the centre's own. It is asked `tries` times, and waited for `answer_seconds`.
    """

    is_on: bool = True
    question: Sound
    thanks: Sound = "auth-thankyou"
    answer_seconds: Annotated[int, Field(ge=1, le=60)] = 5
    tries: Annotated[int, Field(ge=1, le=5)] = 2


class QueueSettings(Part):
    """One queue: what Asterisk is told (`dialplan render`) and how its figures are counted."""

    extension: Digits | None = None
    label: str = ""
    strategy: Literal["ringall", "leastrecent", "fewestcalls", "random", "rrmemory", "linear", "rrordered"] = "rrmemory"
    ring_seconds: Annotated[int, Field(ge=1, le=300)] = 15
    retry_seconds: Annotated[int, Field(ge=0, le=300)] = 1
    max_wait_seconds: Annotated[int, Field(ge=0)] = 300
    max_waiting: Annotated[int, Field(ge=0)] = 0
    wrap_up_seconds: Annotated[int, Field(ge=0, le=3600)] = 15
    service_level_seconds: Seconds = 15
    service_level_variant: ServiceLevelVariant = "offered_without_short_abandons"
    short_abandon_seconds: Seconds = 5
    exit_digit: Annotated[str, Field(pattern=r"^[0-9]?$")] = ""
    callback_digit: Annotated[str, Field(pattern=r"^[0-9]?$")] = ""
    survey: SurveySettings | None = None

    @model_validator(mode="after")
    def _keys_differ(self) -> "QueueSettings":
        if self.exit_digit and self.exit_digit == self.callback_digit:
            raise ValueError("exit_digit and callback_digit are two keys: choose another digit for one of them")
        return self


class AgentSettings(Part):
    """One agent: the person's number and name, the phone used, and the queues that signing in joins.

    `has_browser_phone`: there is one in the panel, too, at each PBX with a `browser_phone_url`.
    """

    number: Digits
    name: str
    team: str = ""
    interface: str = ""
    secret: SecretStr = SecretStr("")
    has_browser_phone: bool = False
    queues: tuple[str, ...] = ()

    def at(self) -> str:
        """The interface the agent is rung at; `PJSIP/<number>` unless another is configured."""
        return self.interface or f"PJSIP/{self.number}"

    def browser_endpoint(self, pbx: PbxSettings) -> str:
        """The name of the phone in the agent's browser at this PBX; "" where there is none."""
        return f"{self.number}-browser" if self.has_browser_phone and pbx.browser_phone_url else ""

    def interfaces(self, pbx: PbxSettings) -> tuple[str, ...]:
        """Where the agent can be rung at this PBX: at `at()`, and in the browser."""
        browser = self.browser_endpoint(pbx)
        return (self.at(), f"PJSIP/{browser}") if browser else (self.at(),)


class PauseReason(Part):
    """A reason for pausing: its code on the wire, its labels, the digits that choose it on a phone.

    An away pause of more than `limit_seconds` is too long (0: never).
    """

    code: Word
    digit: Annotated[str, Field(pattern=r"^[0-9]{1,2}$")]
    label_en: str
    label_zh: str
    is_away: bool = False
    limit_seconds: Seconds = 0


class FeatureCodes(Part):
    """What an agent dials on a plain SIP phone; a pause code is followed by the reason's digit.

    The last three are pressed in a call: nothing of it is recorded, it is recorded again, the other side hears music
    until `#` is pressed.
    """

    sign_in: str = "*70"
    sign_out: str = "*71"
    pause: str = "*72"
    unpause: str = "*73"
    wrap_up_done: str = "*74"
    pause_recording: str = "*3"
    resume_recording: str = "*4"
    hold: str = "*5"


class BrowserPhoneSettings(Part):
    """The phones in agents' browsers: their passwords follow from this secret, so that none is kept."""

    secret: SecretStr = SecretStr("")

    @field_validator("secret")
    @classmethod
    def _long_enough(cls, value: SecretStr) -> SecretStr:
        if 0 < len(value.get_secret_value()) < SHORTEST_SECRET:
            raise ValueError(f"needs at least {SHORTEST_SECRET} characters")
        return value


class HttpSettings(Part):
    """Where the panel and the API are served."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    secure_cookie: bool = False


class NumberLimit(Part):
    """At most so many calls to one number, whatever lists it is on, on so many days of the customer (1: today)."""

    attempts: Annotated[int, Field(ge=1, le=100)]
    days: Annotated[int, Field(ge=1, le=31)] = 1


class TrunkSettings(Part):
    """One more way out: its dial string, the caller id shown there (None: the dialer's), and its caps for each PBX.

    0 is without limit.
    """

    name: Word
    dial_string: DialString
    caller_id: str | None = None
    max_calls: Annotated[int, Field(ge=0, le=10_000)] = 0
    calls_per_second: Annotated[float, Field(ge=0, le=1000)] = 0


class DialerSettings(Part):
    """How callbacks leave: the trunk's dial string and the caller id shown to customers; and what no list may exceed.

    Nobody is called before `earliest` or from `latest` on, on the customer's own clock. `max_calls` and
    `calls_per_second` hold for the calls of `dial_string` on each PBX; 0 is without limit. A list may name one of
    `trunks` instead. Abandoned calls are counted over `abandon_window_seconds`.
    """

    dial_string: DialString = "PJSIP/{number}@trunk"
    caller_id: str = ""
    ring_seconds: Annotated[int, Field(ge=5, le=120)] = 30
    earliest: TimeOfDay = "08:00"
    latest: TimeOfDay = "21:00"
    number_limits: tuple[NumberLimit, ...] = (NumberLimit(attempts=4), NumberLimit(attempts=12, days=7))
    max_calls: Annotated[int, Field(ge=0, le=10_000)] = 200
    calls_per_second: Annotated[float, Field(ge=0, le=1000)] = 10
    abandon_window_seconds: Annotated[float, Field(ge=60, le=31 * 86_400)] = 3600
    trunks: tuple[TrunkSettings, ...] = ()

    @model_validator(mode="after")
    def _day_begins_before_it_ends(self) -> "DialerSettings":
        if self.earliest >= self.latest:
            raise ValueError("earliest must be before latest")
        return self

    @field_validator("trunks")
    @classmethod
    def _names_differ(cls, trunks: tuple[TrunkSettings, ...]) -> tuple[TrunkSettings, ...]:
        names = [trunk.name for trunk in trunks]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two trunks are called {', '.join(twice)}: a list names its trunk")
        return trunks


class MailSettings(Part):
    """The SMTP server that takes the centre's mail, and who it is from; no mail is sent while `host` is empty."""

    host: str = ""
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    tls: Literal["starttls", "implicit", "none"] = "starttls"
    username: str = ""
    secret: SecretStr = SecretStr("")
    sender: Annotated[str, Field(pattern=r"^([^\x00-\x1f\x7f]*[^\x00-\x20\x7f@<>]+@[A-Za-z0-9.-]+>?)?$")] = ""

    @property
    def is_set(self) -> bool:
        """Whether mail can be sent at all."""
        return bool(self.host and self.sender)


class WebhookSettings(Part):
    """Where webhooks may go beyond what they may anyway: networks such as "127.0.0.0/8"."""

    allowed_networks: tuple[IPvAnyNetwork, ...] = ()


class PatternSettings(Part):
    """From how many within `window_seconds` on what an agent does is unusual (docs/guide.md, Unusual patterns)."""

    window_seconds: Annotated[float, Field(ge=60, le=86_400)] = 3600
    sign_ins: Annotated[int, Field(ge=2)] = 4
    short_pauses: Annotated[int, Field(ge=2)] = 4
    short_pause_seconds: Annotated[float, Field(gt=0)] = 60
    rejections: Annotated[int, Field(ge=1)] = 3
    rings_not_answered: Annotated[int, Field(ge=1)] = 3
    callbacks_delayed: Annotated[int, Field(ge=1)] = 3
    callback_pause_seconds: Seconds = 10
    long_wrap_ups: Annotated[int, Field(ge=1)] = 3
    wrap_up_ratio: Annotated[float, Field(ge=1)] = 2.0
    wrap_up_excess_seconds: Seconds = 30


def _default_pause_reasons() -> tuple[PauseReason, ...]:
    return (
        PauseReason(code="break", digit="1", label_en="Break", label_zh="小休", is_away=True, limit_seconds=900),
        PauseReason(code="meal", digit="2", label_en="Meal", label_zh="用餐", is_away=True, limit_seconds=3600),
        PauseReason(code="training", digit="3", label_en="Training", label_zh="培训", is_away=True),
        PauseReason(code="meeting", digit="4", label_en="Meeting", label_zh="会议", is_away=True),
        PauseReason(code="paperwork", digit="5", label_en="Paperwork", label_zh="案头工作"),
    )


class BucketSettings(Part):
    """How an S3-compatible server is reached: without an endpoint, AWS; without a key, as the machine is set up."""

    endpoint: Annotated[str, Field(pattern=r"^(https?://[^\s/@]+/?)?$")] = ""
    region: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{0,64}$")] = ""
    key: str = ""
    secret: SecretStr = SecretStr("")


class RecordingSettings(Part):
    """How the copies are stored that are made of recordings: both legs in one stereo file.

    `storage` is where: a folder that is there, or `s3://bucket/prefix`; without it, below the data folder. They are
    encrypted, if there is a key: the first of `master_key`, or of `master_key_file` (32 bytes in base64 each).
    The PBX's files go at night once their copy is proved, unless `keep_originals`.
    A pause of a recording ends by itself after `pause_limit_seconds` (0: never).
    """

    encoding: Literal["opus", "mp3", "wav"] = "opus"
    keep_originals: bool = True
    storage: str = ""
    s3: BucketSettings = BucketSettings()
    master_key_file: Path | None = None
    master_key: SecretStr = SecretStr("")
    pause_limit_seconds: Annotated[float, Field(ge=0, le=3600)] = 120

    @field_validator("storage")
    @classmethod
    def _known_storage(cls, value: str) -> str:
        if "\0" in value or ("://" in value and not BUCKET.fullmatch(value)):
            raise ValueError("use the path of a folder, or s3://bucket or s3://bucket/prefix")
        return value


class ExportSettings(Part):
    """Of recordings: how many one export has at most, and for how many days it can be downloaded."""

    most_recordings: Annotated[int, Field(ge=1, le=100_000)] = 10_000
    days: Annotated[float, Field(gt=0, le=365)] = 7


class ListeningSettings(Part):
    """Whether agents are told that somebody listens to their call: on their desk, or not at all."""

    agents_are_told: bool = True


RoleName = Annotated[str, Field(min_length=1, max_length=64)]
ScopeName = Annotated[str, Field(pattern=r"^[\x21\x23-\x5b\x5d-\x7e]+$", max_length=100)]
ClaimName = Annotated[str, Field(min_length=1, max_length=200)]
OWN_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


def is_safe_address(address: str) -> bool:
    """Whether nobody on the way can read or change what is said there: HTTPS, or this machine itself."""
    try:
        parts = urlsplit(address)
        is_own = parts.scheme == "http" and parts.hostname in OWN_MACHINE
    except ValueError:
        return False
    return bool(parts.hostname) and "@" not in parts.netloc and (parts.scheme == "https" or is_own)


class OidcSettings(Part):
    """Where people sign in with an account elsewhere: an OpenID provider, and who they are here.

    The secret is what stands in `client_secret_file`, or `client_secret`; none: a public client. A user is found by
    `username_claim`; who is none becomes one where it `adds_users`, with `new_user_roles`. `roles_of_group` gives
    roles, at each sign-in, to whoever is in a group that `groups_claim` names.
    """

    issuer: Annotated[str, Field(max_length=500)]
    client_id: Annotated[str, Field(min_length=1, max_length=500)]
    client_secret: SecretStr = SecretStr("")
    client_secret_file: Path | None = None
    scopes: tuple[ScopeName, ...] = ("openid", "profile")
    username_claim: ClaimName = "preferred_username"
    name_claim: ClaimName = "name"
    groups_claim: Annotated[str, Field(max_length=200)] = ""
    roles_of_group: dict[str, tuple[RoleName, ...]] = {}
    adds_users: bool = False
    new_user_roles: tuple[RoleName, ...] = ()
    label_en: Annotated[str, Field(min_length=1, max_length=60)] = "Sign in with the company account"
    label_zh: Annotated[str, Field(min_length=1, max_length=60)] = "使用企业账号登录"

    @field_validator("issuer")
    @classmethod
    def _safe_issuer(cls, value: str) -> str:
        if not is_safe_address(value) or set("?#") & set(value):
            raise ValueError("an issuer is an address with https:// (http:// on this machine only), without ? and #")
        return value

    @field_validator("scopes")
    @classmethod
    def _asks_for_openid(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if "openid" not in value:
            raise ValueError("the scopes name openid, or the provider proves nothing")
        return value

    @model_validator(mode="after")
    def _roles_come_from_somewhere(self) -> Self:
        if self.client_secret_file is not None and self.client_secret.get_secret_value():
            raise ValueError("client_secret and client_secret_file are two places of one secret: leave one of them out")
        if bool(self.roles_of_group) != bool(self.groups_claim):
            raise ValueError("groups_claim and roles_of_group belong together")
        if self.adds_users and not (self.new_user_roles or self.roles_of_group):
            raise ValueError("adds_users needs new_user_roles or roles_of_group: a user has a role")
        return self

    @property
    def named_roles(self) -> list[str]:
        """All roles that these settings give to somebody."""
        return sorted({*self.new_user_roles, *(role for roles in self.roles_of_group.values() for role in roles)})


class AccountSettings(Part):
    """How people sign in: whether by passwords of this centre, or at a provider.

    Who has a role of `second_factor_for`, shipped or made in the centre, must sign in with a second factor.
    """

    second_factor_for: tuple[RoleName, ...] = ()
    takes_passwords: bool = True
    oidc: OidcSettings | None = None

    @model_validator(mode="after")
    def _one_way_is_left(self) -> Self:
        if not self.takes_passwords and self.oidc is None:
            raise ValueError("takes_passwords = false leaves no way to sign in: name a provider in accounts.oidc")
        return self


class PrivacySettings(Part):
    """Whose users see customers' numbers masked, unless another role of theirs shows them; never administrators'."""

    masked_for: tuple[Literal["agent", "team_leader", "supervisor", "qa"], ...] = ()


class QualitySettings(Part):
    """From which score (0–100) a review passes, and how long after it was published its agent may appeal."""

    pass_score: Annotated[float, Field(ge=0, le=100)] = 80
    appeal_days: Annotated[float, Field(ge=0, le=365)] = 3


class CustomerLevel(Part):
    """How important a customer is: the code on the wire, its labels, and whether it stands out where it is shown."""

    code: Word
    label_en: str
    label_zh: str
    is_important: bool = False


class CustomerAttribute(Part):
    """Something that a customer's record says beside what every record has."""

    code: Word
    label_en: str
    label_zh: str


def _default_levels() -> tuple[CustomerLevel, ...]:
    return (
        CustomerLevel(code="important", label_en="Important", label_zh="重要客户", is_important=True),
        CustomerLevel(code="regular", label_en="Regular", label_zh="普通客户"),
    )


def _default_attributes() -> tuple[CustomerAttribute, ...]:
    return (
        CustomerAttribute(code="company", label_en="Company", label_zh="公司"),
        CustomerAttribute(code="address", label_en="Address", label_zh="地址"),
        CustomerAttribute(code="email", label_en="E-mail", label_zh="邮箱"),
    )


def _check_template(value: str, places: frozenset[str]) -> str:
    """Raises ValueError unless this is "", or an address with some of these `{places}` behind its host."""
    parts = urlsplit(value)
    if value and (parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc):
        raise ValueError("an address begins with https:// or http:// and names a host, without a user")
    if set("{}") & set(parts.netloc):
        raise ValueError("the host of an address is always the same")
    unknown = set(re.findall(r"\{([^}]*)\}", value)) - places
    if unknown:
        raise ValueError(f"nothing is called {', '.join(sorted(unknown))}; there are {', '.join(sorted(places))}")
    return value


POP_PLACES = frozenset({"number", "customer_id", "call_id", "queue", "agent"})


class PopSettings(Part):
    """Another system's page of who rings, opened in a tab of its own: by a click, or by itself when the phone rings."""

    url: str = ""
    opens: Literal["click", "ring"] = "click"

    @field_validator("url")
    @classmethod
    def _known_places(cls, value: str) -> str:
        return _check_template(value, POP_PLACES)


class CrmSettings(Part):
    """Another system that is asked who a number is. `name`, `level` and `link` are where its JSON says so (`a.b.0.c`).

    The header `header` says who asks: what stands in `token_file`, or `token`.
    """

    url: str = ""
    header: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,64}$")] = "Authorization"
    token: SecretStr = SecretStr("")
    token_file: Path | None = None
    name: str = "name"
    level: str = "level"
    link: str = "link"
    timeout_seconds: Annotated[float, Field(gt=0, le=0.8)] = 0.8
    cache_seconds: Annotated[float, Field(ge=0, le=86_400)] = 300

    @field_validator("url")
    @classmethod
    def _known_places(cls, value: str) -> str:
        return _check_template(value, frozenset({"number"}))


class CustomerSettings(Part):
    """What records of customers hold beside names and numbers, and other systems that know or show customers."""

    levels: tuple[CustomerLevel, ...] = Field(default_factory=_default_levels)
    attributes: tuple[CustomerAttribute, ...] = Field(default_factory=_default_attributes)
    pop: PopSettings = PopSettings()
    crm: CrmSettings = CrmSettings()


class TicketType(Part):
    """A type of tickets: the code on the wire, its labels, whether it is a complaint.

    A new one is due after `due_seconds`, unless somebody says otherwise (None: never by itself).
    """

    code: Word
    label_en: str
    label_zh: str
    is_complaint: bool = False
    due_seconds: Annotated[float, Field(ge=60, le=31_536_000)] | None = None


class Escalation(Part):
    """A ticket that is late by `after_seconds` is a matter for the role `to`."""

    after_seconds: Annotated[float, Field(ge=0, le=31_536_000)]
    to: Literal["team_leader", "supervisor", "admin"]


def _default_ticket_types() -> tuple[TicketType, ...]:
    day = 86_400
    return (
        TicketType(code="enquiry", label_en="Enquiry", label_zh="咨询", due_seconds=2 * day),
        TicketType(code="complaint", label_en="Complaint", label_zh="投诉", is_complaint=True, due_seconds=3 * day),
        TicketType(code="repair", label_en="Repair", label_zh="报修", due_seconds=day),
        TicketType(code="suggestion", label_en="Suggestion", label_zh="建议"),
    )


class TicketSettings(Part):
    """The types of tickets; who is told how late they are, level by level; and for how long a caller who calls again
    is offered the open ticket instead of a new one."""

    types: Annotated[tuple[TicketType, ...], Field(min_length=1)] = Field(default_factory=_default_ticket_types)
    escalations: tuple[Escalation, ...] = (
        Escalation(after_seconds=0, to="team_leader"),
        Escalation(after_seconds=86_400, to="supervisor"),
    )
    repeat_days: Annotated[float, Field(ge=0, le=365)] = 7

    @property
    def complaints(self) -> frozenset[str]:
        """The types that are complaints."""
        return frozenset(one.code for one in self.types if one.is_complaint)

    @field_validator("escalations")
    @classmethod
    def _later_and_later(cls, value: tuple[Escalation, ...]) -> tuple[Escalation, ...]:
        times = [one.after_seconds for one in value]
        if times != sorted(set(times)):
            raise ValueError("each level of escalation comes later than the one before")
        return value

    @field_validator("types")
    @classmethod
    def _told_apart(cls, value: tuple[TicketType, ...]) -> tuple[TicketType, ...]:
        if len({one.code for one in value}) < len(value):
            raise ValueError("each type of tickets has a code of its own")
        return value


ShiftReason = Annotated[tuple[Word, ...], Field(max_length=20)]


class ShiftReasons(Part):
    """For which reasons a pause is what a part of a shift of this kind is for (docs/guide.md, Shifts)."""

    on_post: ShiftReason = ()
    briefing: ShiftReason = ("meeting",)
    break_: Annotated[ShiftReason, Field(alias="break")] = ("break",)
    meal: ShiftReason = ("meal",)
    training: ShiftReason = ("training",)
    meeting: ShiftReason = ("meeting",)
    closing: ShiftReason = ("paperwork",)


class ShiftSettings(Part):
    """How the time of agents is held against their shifts."""

    reasons: ShiftReasons = ShiftReasons()


class Settings(BaseSettings):
    """Everything that can be configured, validated once at start; a bad value names its field."""

    model_config = SettingsConfigDict(
        env_prefix="CALLCENTER_",
        env_nested_delimiter="__",
        toml_file="callcenter.toml",
        extra="forbid",
        frozen=True,
    )

    timezone: str = "UTC"
    region: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "CN"
    data_folder: Path = Path("var")
    journal_days: Annotated[int, Field(ge=1, le=36_500)] = 90
    database_url: str = ""
    pbxs: tuple[PbxSettings, ...] = (PbxSettings(),)
    queues: dict[str, QueueSettings] = {}
    agents: tuple[AgentSettings, ...] = ()
    pause_reasons: tuple[PauseReason, ...] = Field(default_factory=_default_pause_reasons)
    feature_codes: FeatureCodes = FeatureCodes()
    browser_phone: BrowserPhoneSettings = BrowserPhoneSettings()
    http: HttpSettings = HttpSettings()
    dialer: DialerSettings = DialerSettings()
    mail: MailSettings = MailSettings()
    webhooks: WebhookSettings = WebhookSettings()
    patterns: PatternSettings = PatternSettings()
    recordings: RecordingSettings = RecordingSettings()
    exports: ExportSettings = ExportSettings()
    quality: QualitySettings = QualitySettings()
    listening: ListeningSettings = ListeningSettings()
    customers: CustomerSettings = CustomerSettings()
    tickets: TicketSettings = TicketSettings()
    accounts: AccountSettings = AccountSettings()
    privacy: PrivacySettings = PrivacySettings()
    shifts: ShiftSettings = ShiftSettings()

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError) as error:
            raise ValueError(f"unknown time zone {value!r}; use a name such as Asia/Shanghai") from error
        return value

    @property
    def browser_phone_urls(self) -> tuple[str, ...]:
        """Where the panel may reach PBXs for its phones: nowhere, if no agent has one."""
        has_any = any(agent.has_browser_phone for agent in self.agents)
        return tuple(pbx.browser_phone_url for pbx in self.pbxs if has_any and pbx.browser_phone_url)

    @property
    def zone(self) -> ZoneInfo:
        """The centre's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def storage_url(self) -> str:
        """The async SQLAlchemy URL; SQLite in the data folder unless one is set."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data_folder / 'callcenter.db'}"

    @property
    def exports_folder(self) -> Path:
        """Where archives of recordings wait to be downloaded."""
        return self.data_folder / "exports"

    @classmethod
    @override
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments first, then variables, then the TOML file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def load(config: Path | None = None) -> Settings:
    """The settings of that file, or of `callcenter.toml` here if there is one, overridden by variables.

    Raises SetupFailed naming the file or the variable, the key, and what is allowed there; never a value, which may be
    a secret.
    """
    path = config or Path("callcenter.toml")
    if config is not None and not config.is_file():
        raise SetupFailed(f"{config}: there is no such file")
    source = type("SettingsOfFile", (Settings,), {"model_config": SettingsConfigDict(toml_file=path)})
    try:
        settings: Settings = source()
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SetupFailed(f"{path}: this is not TOML: {error}") from error
    except OSError as error:
        raise SetupFailed(f"{path}: cannot be read: {error.strerror}") from error
    except SettingsError as error:
        raise SetupFailed(f"the variables {Settings.model_config['env_prefix']}*: {error}") from error
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False, include_context=False)
        raise SetupFailed(
            "\n".join(_fault(path, fault["loc"], fault["type"], fault["msg"]) for fault in faults)
        ) from None
    return settings


def _fault(path: Path, place: tuple[int | str, ...], kind: str, message: str) -> str:
    key = ".".join(str(step) for step in place)
    if kind == "extra_forbidden":
        message = f"there is no such key; known here: {', '.join(_section(place).model_fields)}"
    return f"{_origin(path, place)}: {key}: {message.removeprefix('Value error, ')}"


def _origin(path: Path, place: tuple[int | str, ...]) -> str:
    names = [
        "CALLCENTER_" + "__".join(str(step).upper() for step in place[:length]) for length in range(1, len(place) + 1)
    ]
    return next((f"variable {name}" for name in reversed(names) if name in os.environ), str(path))


def _section(place: tuple[int | str, ...]) -> type[BaseModel]:
    """The section in which a key was not known: follows the models named by the steps before it."""
    section: type[BaseModel] = Settings
    for step in place[:-1]:
        field = section.model_fields.get(str(step))
        candidates: list[Any] = [field.annotation, *get_args(field.annotation)] if field else []
        section = next((kind for kind in candidates if isinstance(kind, type) and issubclass(kind, BaseModel)), section)
    return section
