"""The ways out of a PBX: the dialer's own and those that the settings name, each with its caps."""

from msgspec import Struct

from callcenter.settings import DialerSettings

DEFAULT_TRUNK = ""
"""The name of the dialer's own trunk, which a list uses that names none."""


class Trunk(Struct, frozen=True):
    """How calls leave, and how many of them on each PBX: at once and in a second (0: any number)."""

    dial_string: str
    caller_id: str
    max_calls: int
    calls_per_second: float


def trunk_names(settings: DialerSettings) -> list[str]:
    """The trunks that a list may name, the dialer's own first."""
    return [DEFAULT_TRUNK, *(trunk.name for trunk in settings.trunks)]


def trunk_of(settings: DialerSettings, name: str) -> Trunk | None:
    """The trunk of that name; None where the settings do not name it (any more)."""
    if name == DEFAULT_TRUNK:
        return Trunk(settings.dial_string, settings.caller_id, settings.max_calls, settings.calls_per_second)
    named = next((trunk for trunk in settings.trunks if trunk.name == name), None)
    if named is None:
        return None
    caller_id = settings.caller_id if named.caller_id is None else named.caller_id
    return Trunk(named.dial_string, caller_id, named.max_calls, named.calls_per_second)
