"""Checks of where the copies of recordings are kept."""

from callcenter.doctor.findings import CentreCheck, Finding, Visit, error, ok
from callcenter.errors import SetupFailed, StoreAway
from callcenter.recordings.library import Library
from callcenter.recordings.storing import probe

ADVICE = (
    "Let the user of the server, or its key, write, read and delete there; compare storage and s3 with it. "
    "Until then copies wait and are made later; nothing is lost."
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


CHECKS = (CentreCheck("store", "Store of recordings", store),)
