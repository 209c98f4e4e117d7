"""The built panel as files of the package."""

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.staticfiles import StaticFiles

PANEL = Path(__file__).parent / "panel"

FOR_EVER = "public, max-age=31536000, immutable"
"""For a file whose name carries a hash of what is in it (Vite puts those into `assets/`)."""


class PanelFiles:
    """Gives out the panel: the file that a path names, else `index.html`, since the path may be a page of the panel."""

    def __init__(self, folder: Path = PANEL) -> None:
        self._folder = folder
        self._files = StaticFiles(directory=folder, check_dir=False)

    @property
    def is_built(self) -> bool:
        """Whether there is a panel to give out."""
        return (self._folder / "index.html").is_file()

    async def answer(self, request: Request) -> Response:
        """The file at the request's path. Raises HTTPException (404) for an asset that does not exist."""
        if not self.is_built:
            return PlainTextResponse("The panel is not built yet: run make panel.\n", status_code=503)
        path = self._files.get_path(request.scope)
        is_asset = path.startswith("assets/")
        try:
            response = await self._files.get_response(path, request.scope)
        except HTTPException as error:
            if is_asset or error.status_code != 404:
                raise
            response = await self._files.get_response("index.html", request.scope)
        response.headers["Cache-Control"] = FOR_EVER if is_asset else "no-cache"
        return response
