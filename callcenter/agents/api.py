"""What the panel needs of the settings: pause reasons, queues, teams, trunks."""

from fastapi import APIRouter
from pydantic import BaseModel

from callcenter.accounts.api import requires
from callcenter.settings import PbxSettings, QueueSettings, Settings


class PauseReasonShape(BaseModel):
    """A reason for pausing, with its labels; `is_away` when it counts as leaving the desk (0: without limit)."""

    code: str
    label_en: str
    label_zh: str
    is_away: bool
    limit_seconds: float


class QueueShape(BaseModel):
    """How one queue is called and judged."""

    pbx: str
    queue: str
    label: str
    service_level_seconds: float
    service_level_variant: str
    short_abandon_seconds: float


class SettingsShape(BaseModel):
    """The settings that a panel may see: no address and no secret is among them."""

    pause_reasons: list[PauseReasonShape]
    queues: list[QueueShape]
    teams: list[str]
    trunks: list[str]


def settings_routes(settings: Settings) -> APIRouter:
    """`/api/settings`, for anybody who is signed in."""
    routes = APIRouter()
    shape = _shape(settings)

    @routes.get("/api/settings", dependencies=[requires()])
    async def shown() -> SettingsShape:
        return shape

    return routes


def _shape(settings: Settings) -> SettingsShape:
    reasons = [PauseReasonShape.model_validate(reason, from_attributes=True) for reason in settings.pause_reasons]
    queues = [_queue(pbx, name, queue) for pbx in settings.pbxs for name, queue in settings.queues.items()]
    teams = {agent.team for agent in settings.agents if agent.team}
    trunks = [trunk.name for trunk in settings.dialer.trunks]
    return SettingsShape(pause_reasons=reasons, queues=queues, teams=sorted(teams), trunks=trunks)


def _queue(pbx: PbxSettings, name: str, queue: QueueSettings) -> QueueShape:
    return QueueShape(
        pbx=pbx.name,
        queue=name,
        label=queue.label or name,
        service_level_seconds=queue.service_level_seconds,
        service_level_variant=queue.service_level_variant,
        short_abandon_seconds=queue.short_abandon_seconds,
    )
