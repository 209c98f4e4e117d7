"""One typed Settings: callcenter.toml, overridden by CALLCENTER_* variables."""

from collections import Counter
from pathlib import Path
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource
from typing_extensions import override

from callcenter.settings.centre import (
    AgentSettings,
    BrowserPhoneSettings,
    DeskSettings,
    FeatureCodes,
    PauseReason,
    PbxSettings,
    PhoneSettings,
    QueueSettings,
    default_pause_reasons,
)
from callcenter.settings.customers import CustomerSettings
from callcenter.settings.delivery import MailSettings, WebhookSettings
from callcenter.settings.dialer import DialerSettings
from callcenter.settings.doors import AccountSettings, HttpSettings, PrivacySettings
from callcenter.settings.patterns import PatternSettings
from callcenter.settings.recordings import ExportSettings, ListeningSettings, QualitySettings, RecordingSettings
from callcenter.settings.shifts import ShiftSettings
from callcenter.settings.tickets import TicketSettings


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
    phones: tuple[PhoneSettings, ...] = ()
    pause_reasons: tuple[PauseReason, ...] = Field(default_factory=default_pause_reasons)
    feature_codes: FeatureCodes = FeatureCodes()
    desk: DeskSettings = DeskSettings()
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

    @model_validator(mode="after")
    def _phones_are_told_apart(self) -> Self:
        """A desk phone is nobody's own; who sits there is known by the agent's name."""
        if self.phones:
            own = [agent.at() for agent in self.agents if agent.at()]
            _must_differ("phones: the interface", [*own, *(phone.at() for phone in self.phones)])
            numbers = [agent.number for agent in self.agents]
            numbers += [queue.extension for queue in self.queues.values() if queue.extension]
            _must_differ("phones: the number", [*numbers, *(phone.number for phone in self.phones)])
            _must_differ("agents, of whom desk phones know the name alone: the name", [one.name for one in self.agents])
        elif homeless := [agent.number for agent in self.agents if not agent.has_phone]:
            raise ValueError(f"agents.{homeless[0]}: has_phone = false, and there are no desk phones ([[phones]])")
        return self

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


def _must_differ(what: str, values: list[str]) -> None:
    twice = [value for value, times in Counter(value.lower() for value in values).items() if times > 1]
    if twice:
        raise ValueError(f"{what} {twice[0]!r} is used twice")
