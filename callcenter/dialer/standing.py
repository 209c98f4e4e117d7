"""Where a target stands: its state, when it falls due and since when it is over always change together."""

from callcenter.dialer.rules import TargetState
from callcenter.dialer.tables import Target
from callcenter.floor.events import Instant


def leave_open(target: Target, state: TargetState, due_at: Instant | None) -> None:
    """The target goes on: it is due again, or a person is asked."""
    target.state, target.due_at, target.closed_at = state, due_at, None


def close(target: Target, state: TargetState, at: Instant) -> None:
    """The target is over since then, reached or not."""
    target.state, target.due_at, target.closed_at = state, None, at
