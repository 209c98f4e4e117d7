"""Checks of this machine: the database, the data folder, the panel."""

import os
import shutil
from pathlib import Path

from callcenter.doctor.findings import CentreCheck, Finding, Visit, error, ok, warning
from callcenter.errors import SetupFailed
from callcenter.panel_files import PanelFiles

FREE_WARNING_BYTES = 2_000_000_000
FREE_ERROR_BYTES = 200_000_000
"""A centre of 50 seats journals some 100 MB a day before compression."""


def database(visit: Visit) -> Finding:
    """Whether the database can be used by this version."""
    schema = visit.schema
    if schema is None:
        return ok("no SQLite file yet; the first start makes it")
    if isinstance(schema, SetupFailed):
        return error(schema.message, "Compare database_url with the server of the database, and see that it runs.")
    if schema.revision == schema.newest:
        return ok(f"reachable, schema {schema.revision}")
    if not schema.revision:
        return ok("reachable and empty; the first start makes its tables")
    if schema.revision in schema.known:
        return warning(
            f"reachable, but its schema is {schema.revision} and not {schema.newest}",
            "callcenter serve brings it up to date when it starts: make a backup, then restart it.",
        )
    return error(
        f"its schema {schema.revision} is of a newer callcenter than this one", "Run the newer version, not this one."
    )


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above that exists: there it would be made."""
    folder = folder.absolute()
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder


def data_folder(visit: Visit) -> Finding:
    """Whether the journal has a place."""
    folder = visit.settings.data_folder
    there = _existing(folder)
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        return error(
            f"{there} cannot be written by this user",
            f"Give the folder to the user who runs the server, or set data_folder elsewhere than {folder}.",
        )
    free = shutil.disk_usage(there).free
    said = f"{folder} is writable, {free / 1e9:,.1f} GB free"
    if free >= FREE_WARNING_BYTES:
        return ok(said)
    advice = "Make room: without it, the journal stops first and the figures of a gap cannot be mended."
    return (error if free < FREE_ERROR_BYTES else warning)(said, advice)


def panel(_visit: Visit) -> Finding:
    """Whether there is a panel to show."""
    if PanelFiles().is_built:
        return ok("built")
    return warning("the panel is not built: browsers get an error page", "make panel")


CHECKS = (
    CentreCheck("database", "Database", database),
    CentreCheck("data_folder", "Data folder", data_folder),
    CentreCheck("panel", "Panel", panel),
)
