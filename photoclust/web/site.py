"""Addresses of the review page, and what is answered there."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from importlib import resources
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from photoclust.actions.conflicts import conflicts
from photoclust.actions.split import plan_split
from photoclust.errors import PhotoclustError
from photoclust.library.people import folded
from photoclust.pages import environment, palette
from photoclust.web.acts import MAX_ID, carry_out
from photoclust.web.crops import Crops
from photoclust.web.desk import Changed, Desk
from photoclust.web.view import SHELVES, View
from photoclust.web.words import asked_of, by_person, shortened, standing

# Tiles are sent in blocks of so many: a number that most counts of columns divide.
BLOCK = 60

NAMES = 12  # offered at a time
ACTS = 60  # in the history

TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}

PATIENCE = 0.5  # seconds until a stream looks whether it is to end

LARGEST = 1 << 20  # bytes of what a browser may say


def site(
    desk: Desk,
    crops: Crops,
    *,
    read_only: bool,
    is_ending: Callable[[], bool] = lambda: False,
    end: Callable[[], None] = lambda: None,
) -> Starlette:
    """The application, without its guard.

    Parameters
    ----------
    is_ending : streams end then.
    end : called when the library cannot be followed any more.
    """
    page = Page(desk, crops, read_only=read_only, is_ending=is_ending, end=end)
    return Starlette(
        routes=[
            Route("/", page.index),
            Route("/static/{name}", page.static),
            Route("/questions", page.questions),
            Route("/wall/{shelf}", page.wall),
            Route("/wall/{shelf}/{start:int}", page.wall_block),
            Route("/pile/{key}", page.pile),
            Route("/pile/{key}/{start:int}", page.pile_block),
            Route("/split/{number:int}", page.split),
            Route("/conflicts", page.conflicts),
            Route("/history", page.history),
            Route("/names", page.names),
            Route("/face/{face:int}", page.face),
            Route("/photo/{face:int}", page.photo),
            Route("/news", page.news),
            Route("/act/{verb}", page.act, methods=["POST"]),
        ],
        lifespan=page.lifespan,
        exception_handlers={PhotoclustError: _told},
    )


async def _told(_request: Request, error: Exception) -> Response:
    """A mistake of a person, as a sentence and the way out."""
    assert isinstance(error, PhotoclustError)
    return JSONResponse({"error": error.message, "hint": error.hint or ""}, 409)


class Page:
    """Answers requests from the desk's view, which is in memory."""

    def __init__(
        self,
        desk: Desk,
        crops: Crops,
        *,
        read_only: bool,
        is_ending: Callable[[], bool],
        end: Callable[[], None],
    ) -> None:
        self._desk, self._crops = desk, crops
        self._static = _static_files()
        self._templates = environment("photoclust.web")
        self._templates.filters.update(shortened=shortened, asked_of=asked_of, by_person=by_person)
        self._templates.globals.update(read_only=read_only, block=BLOCK)
        self._is_ending, self._end = is_ending, end

    @asynccontextmanager
    async def lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        """Follow the library while the page is served."""
        following = asyncio.create_task(self._desk.follow())
        following.add_done_callback(lambda _task: self._end())
        yield
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following

    async def index(self, _request: Request) -> Response:
        return self._html("page.html")

    async def static(self, request: Request) -> Response:
        found = self._static.get(request.path_params["name"])
        if found is None:
            return Response(status_code=404)
        return Response(found[0], media_type=found[1])

    async def questions(self, request: Request) -> Response:
        """The questions at hand; first the one that is on the screen, if it is still one."""
        view = await self._desk.newer_than(0)
        shown = {}
        for key in (request.query_params.get("current", ""), *view.questions):
            with suppress(Changed):
                shown[key] = self._desk.asked(key)
        return self._html("questions.html", questions=shown, view=view)

    async def wall(self, request: Request) -> Response:
        view = await self._desk.newer_than(0)
        shelf = request.path_params["shelf"]
        if shelf not in view.shelves:
            return Response(status_code=404)
        return self._html("wall.html", view=view, shelf=shelf, piles=view.shelves[shelf])

    async def wall_block(self, request: Request) -> Response:
        view, start = await self._desk.newer_than(0), request.path_params["start"]
        piles = view.shelves.get(request.path_params["shelf"], ())
        some = piles[start : start + BLOCK]
        return self._html("piles.html", piles=some, start=start, total=len(piles), view=view)

    async def pile(self, request: Request) -> Response:
        view = await self._desk.newer_than(0)
        pile = view.piles.get(request.path_params["key"])
        if pile is None:
            return self._html("gone.html", status=404)
        shelf = SHELVES[pile.key[0]]
        unsure_first = _is_unsure_first(request)
        return self._html("pile.html", view=view, pile=pile, shelf=shelf, unsure_first=unsure_first)

    async def pile_block(self, request: Request) -> Response:
        view, start = await self._desk.newer_than(0), request.path_params["start"]
        pile = view.piles.get(request.path_params["key"])
        if pile is None:
            return Response(status_code=404)
        ordered = pile.faces[::-1] if _is_unsure_first(request) else pile.faces
        faces = ordered[start : start + BLOCK]
        rows = list(zip(faces.tolist(), view.strengths_of(faces), strict=True))
        total = len(pile.faces)
        return self._html("faces.html", faces=rows, start=start, total=total, pile=pile)

    async def split(self, request: Request) -> Response:
        """How a cluster would fall apart; nothing is written."""
        number = request.path_params["number"]
        plan = await self._desk.study(lambda library: plan_split(library, number))
        return self._html("split.html", plan=plan)

    async def conflicts(self, _request: Request) -> Response:
        return self._html("conflicts.html", conflicts=await self._desk.study(conflicts))

    async def history(self, _request: Request) -> Response:
        acts = await self._desk.lookup.do(lambda library: library.journal.acts(ACTS))
        return self._html("history.html", acts=acts)

    async def names(self, request: Request) -> Response:
        """Names of people that begin like what was typed, or hold it."""
        view, typed = await self._desk.newer_than(0), folded(request.query_params.get("like", ""))
        holding = [name for name in view.people.values() if typed in folded(name)]
        holding.sort(key=lambda name: (not folded(name).startswith(typed), folded(name)))
        return JSONResponse(holding[:NAMES])

    async def face(self, request: Request) -> Response:
        return _picture(await self._crops.crop(_face(request)))

    async def photo(self, request: Request) -> Response:
        return _picture(await self._crops.photo(_face(request)))

    async def news(self, _request: Request) -> Response:
        """A stream of how the library stands, one event a change."""
        return StreamingResponse(self._news(), media_type="text/event-stream")

    async def _news(self) -> AsyncIterator[str]:
        version = 0
        while not self._is_ending():
            with suppress(TimeoutError):
                view = await asyncio.wait_for(self._desk.newer_than(version), PATIENCE)
                version = view.version
                yield f"data: {json.dumps(_news(view))}\n\n"

    async def act(self, request: Request) -> Response:
        body = b""
        async for part in request.stream():
            body += part
            if len(body) > LARGEST:
                return Response(status_code=413)
        said = _parsed(body) if request.headers.get("content-type") == "application/json" else None
        if said is None:
            return JSONResponse({"error": "That is no act.", "hint": ""}, 400)
        told = await carry_out(self._desk, request.path_params["verb"], said)
        questions = self._desk.view.questions if self._desk.view else {}
        stale = [key for key, asked in questions.items() if self._desk.is_settled(asked.faces)]
        return JSONResponse({"said": told, "stale": stale, "settled": self._desk.settled})

    def _html(self, template: str, status: int = 200, **values: Any) -> Response:
        return HTMLResponse(self._templates.get_template(template).render(**values), status)


def _news(view: View) -> dict[str, Any]:
    return {
        "version": view.version,
        "standing": standing(view),
        "share": round(100 * view.named / view.faces, 1) if view.faces else 100,
        "undo": shortened(view.last),
    }


def _picture(made: bytes | None) -> Response:
    return Response(made, media_type="image/webp") if made else Response(status_code=404)


def _is_unsure_first(request: Request) -> bool:
    return request.query_params.get("order") == "unsure"


def _face(request: Request) -> int:
    number: int = request.path_params["face"]
    return min(number, MAX_ID)


def _parsed(body: bytes) -> dict[str, Any] | None:
    try:
        said = json.loads(body)
    except ValueError:
        return None
    return said if isinstance(said, dict) else None


def _static_files() -> dict[str, tuple[bytes, str]]:
    """Everything that may be asked for by name, read once: no path of the disk is ever made."""
    folder = resources.files("photoclust.web") / "static"
    found = {
        item.name: (item.read_bytes(), TYPES[item.name[item.name.rindex(".") :]])
        for item in folder.iterdir()
    }
    return {**found, "palette.css": (palette().encode(), "text/css")}
