"""What the panel needs of the settings: pause reasons, queues, teams, trunks, what customers' records hold, types of
tickets."""

from fastapi import APIRouter
from pydantic import BaseModel

from callcenter.accounts.api import requires
from callcenter.settings import PbxSettings, QueueSettings, ServiceLevelVariant, Settings


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
    service_level_variant: ServiceLevelVariant
    short_abandon_seconds: float


class WordShape(BaseModel):
    """A code of the settings with its labels."""

    code: str
    label_en: str
    label_zh: str


class LevelShape(WordShape):
    """A level of customers; one `is_important` stands out wherever it is shown."""

    is_important: bool


class CustomersShape(BaseModel):
    """What records of customers hold beside names and numbers."""

    levels: list[LevelShape]
    attributes: list[WordShape]


class TicketTypeShape(WordShape):
    """A type of tickets, and whether it is a complaint."""

    is_complaint: bool


class SettingsShape(BaseModel):
    """The settings that a panel may see: no address and no secret is among them."""

    pause_reasons: list[PauseReasonShape]
    queues: list[QueueShape]
    teams: list[str]
    trunks: list[str]
    customers: CustomersShape
    ticket_types: list[TicketTypeShape]


def settings_routes(settings: Settings) -> APIRouter:
    """`/api/settings`, for anybody who is signed in."""
    routes = APIRouter()
    shape = _shape(settings)

    @routes.get("/api/settings", dependencies=[requires(reach="shared")])
    async def shown() -> SettingsShape:
        return shape

    return routes


def _shape(settings: Settings) -> SettingsShape:
    reasons = [PauseReasonShape.model_validate(reason, from_attributes=True) for reason in settings.pause_reasons]
    queues = [_queue(pbx, name, queue) for pbx in settings.pbxs for name, queue in settings.queues.items()]
    teams = {agent.team for agent in settings.agents if agent.team}
    trunks = [trunk.name for trunk in settings.dialer.trunks]
    customers = CustomersShape.model_validate(settings.customers, from_attributes=True)
    return SettingsShape(
        pause_reasons=reasons,
        queues=queues,
        teams=sorted(teams),
        trunks=trunks,
        customers=customers,
        ticket_types=[TicketTypeShape.model_validate(one, from_attributes=True) for one in settings.tickets.types],
    )


def _queue(pbx: PbxSettings, name: str, queue: QueueSettings) -> QueueShape:
    return QueueShape(
        pbx=pbx.name,
        queue=name,
        label=queue.label or name,
        service_level_seconds=queue.service_level_seconds,
        service_level_variant=queue.service_level_variant,
        short_abandon_seconds=queue.short_abandon_seconds,
    )
