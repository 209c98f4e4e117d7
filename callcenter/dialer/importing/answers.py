"""What the routes of imports answer, for the API's description (docs/api.md, Imports)."""

from typing import Annotated, Any, NotRequired

from typing_extensions import TypedDict

from callcenter.dialer.importing.columns import Kind, Role
from callcenter.dialer.importing.jobs import ImportState, Options, PreviewRow, Progress
from callcenter.dialer.importing.rows import Duplicate, RowError
from callcenter.floor.terms import Instant
from callcenter.told import Like


class ImportCounts(TypedDict):
    """What became of the rows of a file."""

    rows: int
    imported: int
    merged: int
    errors: int
    duplicates: int


class Import(TypedDict):
    """An import; `roles` are what its columns may be. Errors and duplicates stand in the answer of one alone."""

    id: int
    list_id: str | None
    kind: Kind
    file_name: str
    state: ImportState
    columns: list[str]
    roles: list[Role]
    options: Annotated[dict[str, Any], Like(Options, "ImportOptions")]
    progress: Annotated[dict[str, Any], Like(Progress, "ImportProgress")] | None
    counts: ImportCounts | None
    detail: str
    created_at: Instant
    created_by: str
    began_at: Instant | None
    ended_at: Instant | None
    errors: NotRequired[list[Annotated[dict[str, Any], Like(RowError)]]]
    duplicates: NotRequired[list[Annotated[dict[str, Any], Like(Duplicate)]]]


class Imports(TypedDict):
    """The latest imports, newest first."""

    imports: list[Import]


class ImportPreview(TypedDict):
    """The first rows of a file, and what they would become."""

    rows: list[Annotated[dict[str, Any], Like(PreviewRow)]]
