"""The routes by which a PBX's own machine sends its recordings (docs/api.md, Shipments)."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from callcenter.accounts.api import requires
from callcenter.errors import BadInput
from callcenter.recordings import answers
from callcenter.recordings.receiving import LONGEST_PATH, Piece, Receiver

MOST_FILES = 500
LARGEST_PIECE = 4 * 2**20
LARGEST_FILE = 2**32
"""More a RIFF file cannot hold."""

Size = Annotated[int, Field(ge=0, le=LARGEST_FILE)]
Pbx = Annotated[str, Path(max_length=64)]
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Shape(BaseModel):
    """What is asked; nothing else may stand in it."""

    model_config = ConfigDict(extra="forbid")


class Shipment(Shape):
    """The files of a PBX, by their path below `root`, with their sizes in bytes."""

    root: Annotated[str, Field(max_length=LONGEST_PATH)]
    sizes: Annotated[dict[str, Size], Field(max_length=MOST_FILES)]


class Place(Shape):
    """Where the piece belongs, and what the whole file is."""

    size: Size
    sha256: Hash
    offset: Size = 0


def receiving_routes(receiver: Receiver) -> APIRouter:
    """For a key of its own: what comes is checked, and replaces nothing."""
    may = [requires("ship_recordings", names_back=True)]
    routes = APIRouter(prefix="/api/shipments/{pbx}", dependencies=may)

    @routes.post("", response_model=answers.ShipmentLooked)
    async def look(pbx: Pbx, shipment: Shipment) -> dict[str, Any]:
        return asdict(await receiver.look(pbx, shipment.root, shipment.sizes))

    @routes.get("/parts/{sha256}", response_model=answers.Received)
    async def received(pbx: Pbx, sha256: Annotated[Hash, Path()]) -> dict[str, int]:
        return {"received": await receiver.received(pbx, sha256)}

    @routes.put("/files/{path:path}", response_model=answers.Received)
    async def take(pbx: Pbx, path: str, place: Annotated[Place, Query()], request: Request) -> dict[str, int]:
        content = await _piece(request, place)
        piece = Piece(path=path, size=place.size, sha256=place.sha256, offset=place.offset, content=content)
        return {"received": await receiver.take(pbx, piece)}

    return routes


async def _piece(request: Request, place: Place) -> bytes:
    content = bytearray()
    async for some in request.stream():
        content += some
        if len(content) > LARGEST_PIECE:
            raise BadInput(f"a piece has {LARGEST_PIECE} bytes at most")
    if place.offset + len(content) > place.size:
        raise BadInput(f"size: more bytes came than the {place.size} of the file", field="size")
    return bytes(content)
