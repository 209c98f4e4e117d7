"""Roll-ups: the sums of the measures by quarter of an hour and by day, per queue and per agent. NULL is 0.

They are derived: what `touched_quarters` names is counted from rows instead. The columns are the measures: a new one
needs a migration that adds its column and touches every quarter.
"""

from sqlalchemy import Column, Double, String, Table

from callcenter.reports.figures.measures import Measure, Source, measures_of
from callcenter.store.tables import Base

QUARTERS, DAYS = "quarter", "day"

OF_QUEUES: tuple[Measure, ...] = tuple(
    measure for source in (Source.VISITS, Source.CONVERSATIONS, Source.RINGS) for measure in measures_of(source)
)
OF_AGENTS: tuple[Measure, ...] = tuple(
    measure
    for source in (Source.VISITS, Source.CONVERSATIONS, Source.RINGS, Source.SPELLS)
    for measure in measures_of(source)
    if source is not Source.VISITS or measure.id == "answered"
)


def _roll_up_table(name: str, keys: tuple[str, ...], measures: tuple[Measure, ...], *others: Column[str]) -> Table:
    return Table(
        name,
        Base.metadata,
        Column("grain", String(8), primary_key=True),
        Column("start", Double, primary_key=True),
        *(Column(key, String, primary_key=True) for key in keys),
        *others,
        *(Column(measure.id, Double) for measure in measures),
        sqlite_with_rowid=False,
    )


queue_roll_ups = _roll_up_table("queue_roll_ups", ("pbx", "queue"), OF_QUEUES)
agent_roll_ups = _roll_up_table(
    "agent_roll_ups",
    ("pbx", "queue", "agent", "team"),
    OF_AGENTS,
    Column("agent_name", String, nullable=False),
)

rolled_days = Table(
    "rolled_days",
    Base.metadata,
    Column("start", Double, primary_key=True),
    Column("until", Double, nullable=False),
)
"""The days that are rolled up: in the zone that the centre had then, so that another zone finds none of its own."""
