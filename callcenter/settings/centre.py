"""The PBX, its queues, its agents and their phones."""

import re
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from callcenter.phone_passwords import SHORTEST_SECRET
from callcenter.settings.part import Digits, Part, Seconds, Sound, Word

LOOPBACK = ("127.0.0.1", "localhost")
ServiceLevelVariant = Literal["offered_without_short_abandons", "answered", "offered", "abandons_count_as_met"]


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

    `has_browser_phone`: there is one in the panel, too, at each PBX with a `browser_phone_url`. Without `has_phone` the
    agent has no phone of their own and sits down at one of the `phones`, where a `pin` is asked for if there is one.
    """

    number: Digits
    name: str
    team: str = ""
    has_phone: bool = True
    interface: str = ""
    secret: SecretStr = SecretStr("")
    has_browser_phone: bool = False
    pin: SecretStr = SecretStr("")
    queues: tuple[str, ...] = ()

    @field_validator("pin")
    @classmethod
    def _can_be_pressed(cls, value: SecretStr) -> SecretStr:
        if not re.fullmatch(r"([0-9]{4,10})?", value.get_secret_value()):
            raise ValueError("4 to 10 digits")
        return value

    @model_validator(mode="after")
    def _one_word_about_the_phone(self) -> Self:
        if not self.has_phone and (self.interface or self.secret.get_secret_value()):
            raise ValueError("has_phone = false: leave interface and secret out")
        return self

    def at(self) -> str:
        """The interface the agent is rung at: `PJSIP/<number>` unless another is configured, "" without a phone."""
        return self.interface or (f"PJSIP/{self.number}" if self.has_phone else "")

    def browser_endpoint(self, pbx: PbxSettings) -> str:
        """The name of the phone in the agent's browser at this PBX; "" where there is none."""
        return f"{self.number}-browser" if self.has_browser_phone and pbx.browser_phone_url else ""

    def interfaces(self, pbx: PbxSettings) -> tuple[str, ...]:
        """The agent's own phones at this PBX: at `at()`, and in the browser."""
        browser = self.browser_endpoint(pbx)
        return tuple(at for at in (self.at(), browser and f"PJSIP/{browser}") if at)


class PhoneSettings(Part):
    """A desk phone at which any agent may sit down: its own number, where it stands, its interface and password."""

    number: Digits
    label: str = ""
    interface: str = ""
    secret: SecretStr = SecretStr("")

    def at(self) -> str:
        """Its interface; `PJSIP/<number>` unless another is configured."""
        return self.interface or f"PJSIP/{self.number}"

    def called(self) -> str:
        """Its label; its number where it has none."""
        return self.label or self.number


class DeskSettings(Part):
    """Whether agents see at the desk where they stand today in their team, and how much more time they can ask for at
    once in the work after a call."""

    shows_rank: bool = False
    wrap_up_extension_seconds: Annotated[int, Field(ge=10, le=3600)] = 120


class PauseReason(Part):
    """A reason for pausing: its code on the wire, its labels, the digits that choose it on a phone.

    An away pause of more than `limit_seconds` is too long (0: never). The code `wrap_up` is taken: with it members are
    paused that ask for more time after a call.
    """

    code: Word
    digit: Annotated[str, Field(pattern=r"^[0-9]{1,2}$")]
    label_en: str
    label_zh: str
    is_away: bool = False
    limit_seconds: Seconds = 0

    @field_validator("code")
    @classmethod
    def _is_no_wrap_up(cls, value: str) -> str:
        if value == "wrap_up":
            raise ValueError("stands for more time after a call; choose another code")
        return value


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
    more_wrap_up: str = "*75"
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


def default_pause_reasons() -> tuple[PauseReason, ...]:
    return (
        PauseReason(code="break", digit="1", label_en="Break", label_zh="小休", is_away=True, limit_seconds=900),
        PauseReason(code="meal", digit="2", label_en="Meal", label_zh="用餐", is_away=True, limit_seconds=3600),
        PauseReason(code="training", digit="3", label_en="Training", label_zh="培训", is_away=True),
        PauseReason(code="meeting", digit="4", label_en="Meeting", label_zh="会议", is_away=True),
        PauseReason(code="paperwork", digit="5", label_en="Paperwork", label_zh="案头工作"),
    )
