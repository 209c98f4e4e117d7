"""Checks of where the copies of recordings are kept, and of the keys that open them."""

from callcenter.doctor.findings import CentreCheck, Finding, Visit, error, ok, unknown, warning
from callcenter.errors import Damaged, KeyIsMissing, SetupFailed, StoreAway
from callcenter.recordings.keys import KeysInUse, missing_masters
from callcenter.recordings.library import Library
from callcenter.recordings.masters import Masters
from callcenter.recordings.storing import Stored, probe

ADVICE = (
    "Let the user of the server, or its key, write, read and delete there; compare storage and s3 with it. "
    "Until then copies wait and are made later; nothing is lost."
)
ADVICE_MISSING = "Put them into the key file again, below the newest, from a backup; nobody hears these files now."
ADVICE_MOVED = "Compare storage with where copies were kept before: what is there is not moved by itself."
ADVICE_DAMAGED = (
    "Compare it with a backup of the copies and of the table recording_keys, and see that the disk is sound."
)


def store(visit: Visit) -> Finding:
    """Whether the store can be written, read and deleted from: it is tried with a file of a few bytes."""
    storage = visit.settings.recordings.storage
    if not storage:
        return ok("copies are kept below the data folder")
    try:
        probe(Library.of(visit.settings).store)
    except (StoreAway, SetupFailed) as failure:
        return error(failure.message, ADVICE)
    except OSError as failure:
        return error(f"{storage}: {failure.strerror or failure}", ADVICE)
    return ok(f"{storage} can be written, read and deleted from")


OPEN_RIGHTS = 0o037
"""Nobody but the owner writes a key file, and nobody but the owner and the group reads it."""


def master_key(visit: Visit) -> Finding:
    """Whether the master keys are there and kept from others, and open what is encrypted: one file is tried."""
    try:
        masters = Masters.of(visit.settings.recordings)
    except SetupFailed as failure:
        return error(failure.message, "Correct the key file, or its rights; the server does not start without it.")
    used = visit.keys
    if used is None:
        return unknown("the database could not be looked into")
    missing = missing_masters(used.masters, masters)
    if missing:
        return error(missing, ADVICE_MISSING)
    if not masters.ids:
        return ok("nothing is encrypted")
    return _of_file(masters) or _opened(visit, used) or ok(_said(masters, used))


def _of_file(masters: Masters) -> Finding | None:
    file = masters.file.path if masters.file else None
    if file is None or not file.stat().st_mode & OPEN_RIGHTS:
        return None
    return warning(f"others than its owner may use {file}", f"chmod 600 {file}")


def _opened(visit: Visit, used: KeysInUse) -> Finding | None:
    """What is wrong with the encrypted copy that came last; None: nothing."""
    if used.newest is None:
        return None
    (name, wrapped), library = used.newest, Library.of(visit.settings)
    try:
        found = library.store.find(name)
        if found is None:
            return warning(f"the encrypted copy {name} is not where copies are kept", ADVICE_MOVED)
        library.unsealed(Stored(library.store, name, found), wrapped).read(0, 1)
    except (Damaged, KeyIsMissing, OSError) as failure:
        return error(f"{name} cannot be opened: {failure}", ADVICE_DAMAGED)
    except StoreAway as failure:
        return unknown(failure.message)
    return None


def _said(masters: Masters, used: KeysInUse) -> str:
    unused = [master for master in masters.ids[1:] if master not in used.masters]
    more = f"; not in use any more: {', '.join(unused)}" if unused else ""
    return f"{sum(used.masters.values())} files are encrypted, and the newest copy can be opened{more}"


CHECKS = (
    CentreCheck("store", "Store of recordings", store),
    CentreCheck("master_key", "Master key", master_key),
)
