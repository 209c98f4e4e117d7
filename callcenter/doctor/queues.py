"""Checks of queues, members and agents: what is configured here must be what the PBXs know."""

from collections.abc import Sequence

from callcenter.asterisk.examination import Examination, Reached
from callcenter.asterisk.messages import Message
from callcenter.doctor.findings import CentreCheck, Finding, PbxCheck, Visit, error, ok, unknown, warning
from callcenter.settings import Settings

INVALID = "4"
"""`Status` of a member whose device does not exist (docs/asterisk.md)."""

MAX_NAMED = 5


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
    return ", ".join(names[:MAX_NAMED]) + more


def _items(found: Examination, kind: str) -> list[Message]:
    return [item for item in found.lists.get("QueueStatus") or () if item.get("Event") == kind]


def members(found: Examination, _settings: Settings) -> Finding:
    """Whether each member is a phone whose state Asterisk knows."""
    if found.lists.get("QueueStatus") is None:
        return unknown("Asterisk did not tell its queues")
    here = _items(found, "QueueMember")
    blind = sorted({_told(item) for item in here if _is_blind(item)})
    if blind:
        return warning(
            f"Asterisk does not see the phone behind Local members: {_named(blind)}; they look free while they talk",
            "Add such members with the phone as StateInterface: AddQueueMember(queue,Local/…,,,,PJSIP/1001), or "
            "member => Local/…,0,Name,PJSIP/1001 in queues.conf.",
        )
    invalid = sorted({_told(item) for item in here if item.get("Status") == INVALID})
    if invalid:
        return warning(
            f"there is no such phone: {_named(invalid)}; Asterisk calls these members invalid",
            "Correct the interface where the member is added, or configure the phone in pjsip.conf.",
        )
    return ok(f"{len(here)} now, each with a phone that Asterisk knows" if here else "nobody is signed in now")


def _told(item: Message) -> str:
    return f"{item.get('Location', '')} in {item.get('Queue', '')}"


def _is_blind(item: Message) -> bool:
    location, state = item.get("Location", ""), item.get("StateInterface", "")
    return location.lower().startswith("local/") and state.lower() in ("", location.lower())


def dialplan(found: Examination, _settings: Settings) -> Finding:
    """Whether the dialplan has all places where the server sends calls."""
    if not found.dialplan:
        return unknown("the account may not look at the dialplan", "It needs write = reporting in manager.conf.")
    missing = [context for context, is_there in found.dialplan.items() if not is_there]
    if not missing:
        return ok("it has every place where the server sends calls")
    advice = (
        "callcenter dialplan render DIR writes it; include it in extensions.conf, then asterisk -rx 'dialplan reload'."
    )
    if len(missing) == len(found.dialplan):
        return warning("it is not ours: callbacks, listening and moving callers do nothing", advice)
    return error(f"it is of an older release: {_named(missing)} is missing, and calls sent there are cut off", advice)


def queues(visit: Visit) -> Finding:
    """Whether each queue of the settings exists at a PBX."""
    if not visit.settings.queues:
        return ok("none in the settings; those of the PBX are shown as they are")
    if len(visit.answering) < len(visit.examinations):
        return unknown("not every PBX told its queues")
    there = {item.get("Queue", "").lower() for found in visit.examinations for item in _items(found, "QueueParams")}
    missing = [name for name in visit.settings.queues if name.lower() not in there]
    if not missing:
        return ok(f"the PBX knows all {len(visit.settings.queues)} of the settings")
    return error(
        f"in the settings, but in no PBX: {_named(missing)}",
        "Add them to queues.conf (callcenter dialplan render DIR writes them), then asterisk -rx 'queue reload all'; "
        "or correct the name in the settings.",
    )


def phones_of(settings: Settings) -> dict[str, str]:
    """What the phones of the settings are called, by interface."""
    own = {agent.at(): agent.name for agent in settings.agents if agent.has_phone}
    return own | {phone.at(): phone.called() for phone in settings.phones}


def agents(visit: Visit) -> Finding:
    """Whether each agent of the settings has a phone at a PBX."""
    wanted = phones_of(visit.settings)
    if not wanted:
        return ok("none in the settings; members of the queues are shown as they are")
    states = {at: {found.devices.get(at, "") for found in visit.examinations} for at in wanted}
    missing = [f"{name} ({at})" for at, name in wanted.items() if states[at] == {"INVALID"}]
    if missing:
        return error(
            f"no PBX knows the phone of: {_named(missing)}",
            "Add the phone to pjsip.conf (callcenter dialplan render DIR writes it), or correct the agent's interface.",
        )
    not_told = [f"{name} ({at})" for at, name in wanted.items() if states[at] <= {"", "INVALID"}]
    if not_told:
        return unknown(
            f"no PBX tells the state of: {_named(not_told)}", "It needs write = reporting, and func_devstate loaded."
        )
    return ok(f"the PBX knows the phones of all {len(wanted)}")


CHECKS = (
    PbxCheck("members", "Members of queues", Reached.LOGIN, members),
    PbxCheck("dialplan", "Dialplan", Reached.LOGIN, dialplan),
)

CENTRE_CHECKS = (
    CentreCheck("queues", "Queues", queues),
    CentreCheck("agents", "Agents", agents),
)
