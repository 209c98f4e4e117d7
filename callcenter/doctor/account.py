"""Checks of the AMI account: what it may do, what it hears, and whether that is enough and not too much."""

import re

from callcenter.asterisk.examination import ECHOES, Examination, Reached
from callcenter.asterisk.survey import QUESTIONS
from callcenter.doctor.findings import Finding, PbxCheck, error, ok, unknown, warning
from callcenter.settings import Settings

NEEDED_TO_DO = {
    "agent": ("QueueAdd", "agents cannot be signed in or paused from the panel"),
    "originate": ("Originate", "callbacks cannot be dialled"),
    "call": ("Redirect", "calls cannot be transferred or hung up"),
    "user": ("UserEvent", "wrap-up cannot be ended from the panel"),
    "reporting": ("CoreShowChannels", "calls under way cannot be found after a reconnect"),
}
"""Classes of `write=`: an action that shows that it is granted, and what is missing without it."""

TOO_MUCH = {
    "system": "it may change Asterisk's configuration and run programs",
    "command": "it may type anything on Asterisk's console",
    "config": "it may read and write Asterisk's configuration files",
}
"""Classes of `write=` that the server never needs."""

RELOAD = "then: asterisk -rx 'manager reload'"
WRITE = "write = " + ",".join(NEEDED_TO_DO)
READ = "read = system,call,agent,user,dialplan"


def how_to_hear(username: str) -> str:
    """What to change so that every event comes that the server reads."""
    return (
        f"In [{username}] of manager.conf: {READ}, and no eventfilter that takes them out (callcenter dialplan render "
        f"DIR writes one that fits), no disabledevents in [general]; {RELOAD}"
    )


def _granted(found: Examination) -> set[str]:
    """The classes of `write=` that are certain: each lets through an action that no other class does."""
    told = (re.search(r"\(Priv: ([\w,]+)\)", text) for text in found.actions.values())
    classes = (set(match[1].split(",")) - {"all"} for match in told if match)
    return {granted for only in classes if len(only) == 1 for granted in only}


def write_permission(found: Examination, _settings: Settings) -> Finding:
    """Whether the account may do what agents and supervisors ask for."""
    if found.actions.get("Response") != "Success":
        return unknown("Asterisk does not list the account's actions")
    missing = {name: why for name, (witness, why) in NEEDED_TO_DO.items() if witness not in found.actions}
    if not missing:
        return ok(f"may do what is needed: {', '.join(NEEDED_TO_DO)}")
    if "QueueStatus" not in found.actions:
        return error("app_queue is not loaded: this Asterisk has no queues", "load = app_queue.so in modules.conf")
    return error(
        "; ".join(f"without {name}, {why}" for name, why in missing.items()),
        f"In [{found.pbx.username}] of manager.conf: {WRITE} ; {RELOAD}",
    )


def excess(found: Examination, _settings: Settings) -> Finding:
    """Whether whoever steals the password could leave the telephone system."""
    if found.actions.get("Response") != "Success":
        return unknown("Asterisk does not list the account's actions")
    granted = _granted(found)
    superfluous = {name: why for name, why in TOO_MUCH.items() if name in granted}
    if not superfluous:
        return ok("the account may do no more than is needed")
    return warning(
        "; ".join(f"{name}: {why}" for name, why in superfluous.items()),
        f"In [{found.pbx.username}] of manager.conf: {WRITE} ; {RELOAD}",
    )


def read_permission(found: Examination, _settings: Settings) -> Finding:
    """Whether events of each class come through, as far as that can be asked.

    Class `agent` has no event without a consequence: `queue_events` looks for its traces.
    """
    username = found.pbx.username
    heard = {event.get("Privilege", "").partition(",")[0] for event in found.events}
    silent = [
        f"{echo.event} (class {echo.read_class})" for echo in ECHOES if found.echoes.get(echo.event, echo) is None
    ]
    if not found.booted:
        silent.insert(0, "FullyBooted (class system, unless Asterisk is just starting)")
    if silent:
        return error(
            f"events that the server needs do not come: {', '.join(silent)}",
            how_to_hear(username),
        )
    not_asked = [echo.read_class for echo in ECHOES if echo.event not in found.echoes and echo.read_class not in heard]
    if not_asked:
        return unknown(f"could not be asked, since the account may not write: {', '.join(not_asked)}")
    return ok(f"came back when asked for: FullyBooted, {', '.join(found.echoes)}")


def timestamps(found: Examination, _settings: Settings) -> Finding:
    """Whether events say when they happened."""
    events = [event for event in found.events if "Privilege" in event and event.get("Event") != "FullyBooted"]
    if not events:
        return unknown("no event came that could tell")
    if any("Timestamp" in event for event in events):
        return ok("events carry their time")
    return error(
        "events do not say when they happened: times are those of arrival, and seconds of figures are off",
        f"In [general] of manager.conf: timestampevents = yes ; {RELOAD}",
    )


def lists(found: Examination, _settings: Settings) -> Finding:
    """Whether the state of the floor can be asked for."""
    refused = [question for question in QUESTIONS if found.lists.get(question) is None]
    if not refused:
        return ok("queues, channels and devices are told")
    return error(
        f"not answered: {', '.join(refused)}",
        f"In [{found.pbx.username}] of manager.conf: {WRITE} ; {RELOAD}. QueueStatus needs app_queue, DeviceStateList "
        "needs res_manager_devicestate: load them in modules.conf.",
    )


CHECKS = (
    PbxCheck("write_permission", "May do", Reached.LOGIN, write_permission),
    PbxCheck("excess_permission", "May do no more", Reached.LOGIN, excess),
    PbxCheck("lists", "State of the floor", Reached.LOGIN, lists),
    PbxCheck("events", "Events come", Reached.LOGIN, read_permission),
    PbxCheck("timestamps", "Times of events", Reached.LOGIN, timestamps),
)
