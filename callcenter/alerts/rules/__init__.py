"""The kinds of rules: one file each. Another kind is another file, and its name here."""

from callcenter.alerts.kinds import Kind
from callcenter.alerts.rules import (
    away_long,
    callback_long,
    callbacks_due,
    callers_waiting,
    help_asked,
    hold_long,
    link_down,
    pauses_short,
    recordings_missing,
    ring_long,
    rings_rejected,
    rings_unanswered,
    seats_away,
    service_level_low,
    sign_outs,
    staffing_low,
    talk_long,
    tickets_late,
    wait_long,
    wrap_up_long,
)

KINDS: dict[str, Kind] = {
    module.KIND.id: module.KIND
    for module in (
        link_down,
        help_asked,
        wait_long,
        callers_waiting,
        service_level_low,
        staffing_low,
        seats_away,
        away_long,
        ring_long,
        rings_unanswered,
        rings_rejected,
        pauses_short,
        sign_outs,
        talk_long,
        hold_long,
        wrap_up_long,
        callback_long,
        callbacks_due,
        recordings_missing,
        tickets_late,
    )
}
"""By id, in the order in which people look at them."""
