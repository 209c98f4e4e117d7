"""The call centre of the demo: its queues, its teams and its agents."""

from pathlib import Path

from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from typing_extensions import override

from callcenter.demo.cast import EXIT_DIGIT
from callcenter.settings import AgentSettings, DialerSettings, HttpSettings, PbxSettings, QueueSettings, Settings

QUEUES = {
    "support": QueueSettings(
        extension="8001",
        label="Support 客户服务",
        ring_seconds=6,
        max_wait_seconds=25,
        wrap_up_seconds=4,
        service_level_seconds=10,
        exit_digit=EXIT_DIGIT,
    ),
    "sales": QueueSettings(
        extension="8002",
        label="Sales 销售",
        strategy="leastrecent",
        ring_seconds=6,
        max_wait_seconds=14,
        max_waiting=6,
        wrap_up_seconds=5,
        service_level_seconds=8,
        exit_digit=EXIT_DIGIT,
    ),
    "callbacks": QueueSettings(
        extension="8003",
        label="Callbacks 回访",
        ring_seconds=6,
        max_wait_seconds=20,
        wrap_up_seconds=4,
        service_level_seconds=10,
    ),
}
"""Short wrap-up and short patience: a minute shows what a day shows."""

_TEAMS = {
    "Service 服务组": (("support", "callbacks"), ("王小明", "Anna Weber", "李娜", "James Okafor")),
    "Sales 销售组": (("sales",), ("陈伟", "Sofia Rossi", "赵敏", "Tom Nguyen")),
    "Evening 晚班组": (("support", "sales"), ("Emma Clark", "刘洋")),
}

RING_SECONDS = 6
"""How long a callback rings: as short as a patient viewer would want it."""


class OwnSettings(Settings):
    """Settings that look at no file and no variable: a demo must never touch the database of a real centre."""

    model_config = SettingsConfigDict(toml_file=None)

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
        """Arguments alone."""
        return (init_settings,)


def centre(folder: Path, port: int) -> Settings:
    """The centre's settings, its data in `folder`; 0 for `port` means a free one. Its PBX is completed by a plan."""
    return OwnSettings(
        timezone="Asia/Shanghai",
        data_folder=folder,
        pbxs=(PbxSettings(name="demo"),),
        queues=QUEUES,
        agents=tuple(_agents()),
        http=HttpSettings(port=port),
        dialer=DialerSettings(
            caller_id="4008001234", ring_seconds=RING_SECONDS, earliest="00:00", latest="24:00", number_limits=()
        ),
    )


def _agents() -> list[AgentSettings]:
    people = [(name, team, queues) for team, (queues, names) in _TEAMS.items() for name in names]
    return [
        AgentSettings(number=str(1001 + nth), name=name, team=team, queues=queues)
        for nth, (name, team, queues) in enumerate(people)
    ]
