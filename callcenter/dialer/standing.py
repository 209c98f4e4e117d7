"""Where a target stands: its state, when it falls due and since when it is over always change together; and its list
goes on with it.
"""

from callcenter.dialer.rules import ListState, TargetState
from callcenter.dialer.tables import CallbackList, Target
from callcenter.floor.terms import Instant


def leave_open(target: Target, state: TargetState, due_at: Instant | None) -> None:
    """The target goes on: it is due again, or a person is asked."""
    target.state, target.due_at, target.closed_at = state, due_at, None


def close(target: Target, state: TargetState, at: Instant) -> None:
    """The target is over since then, reached or not."""
    target.state, target.due_at, target.closed_at = state, None, at


def run_again(callback_list: CallbackList) -> None:
    """A list that was finished goes on with what comes by itself: it was started once, and nobody stopped it."""
    if callback_list.state == ListState.FINISHED:
        callback_list.state = ListState.RUNNING
