"""Recognise people in a camera, a video or a folder of photos, while it goes on."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

from photoclust.actions.enrol_live import Teacher, check_not_among_photos, place_for_shots
from photoclust.actions.live_run import Begun, LifeCheck, LiveReport, Run, Show, Tell, exemplars_of
from photoclust.actions.looking import gauge_for
from photoclust.actions.lookup import checked_name
from photoclust.actions.pack import recorded_pack
from photoclust.actions.references import KnownPerson, people_in, people_of_library
from photoclust.choices import Detail, Device
from photoclust.errors import NotFound, PhotoclustError, UsageError
from photoclust.export.film import check_film
from photoclust.lab.live.frames import Source
from photoclust.lab.live.liveness import Liveness, installed_model
from photoclust.lab.live.naming import PATIENCE, Namer
from photoclust.lab.live.session import Session
from photoclust.library import Library
from photoclust.progress import Progress, Silent


def live(
    source: Source,
    *,
    library: Library | None = None,
    people: Path | None = None,
    enrol: str | None = None,
    keep: Path | None = None,
    out: Path | None = None,
    overwrite: bool = False,
    threshold: float | None = None,
    pack: str | None = None,
    accept_licence: bool = False,
    detail: Detail = Detail.LOW,
    device: str = Device.AUTO,
    liveness: bool = True,
    tell: Tell | None = None,
    show: Show | None = None,
    progress: Progress | None = None,
) -> LiveReport:
    """Look at every frame of a source until it ends; Ctrl-C, or `show`, may end it before.

    Parameters
    ----------
    source : a `Video`, `Camera` or `Stills` of `photoclust.lab.live.frames`; it is closed.
    library : whose people are looked for; its pack and calibration count, unless there is a `pack`.
    people : a folder with one folder of photos a person, instead of those of the library.
    enrol : the name of somebody in front of the camera, who is taught to the library first.
    keep : where the picture of who is enrolled is kept; `enrolled` beside the library by default.
    out : an MP4 to write, with names drawn on its frames.
    threshold : distance (squared L2, 0..4) below which a face is somebody's; the pack's by default.
    liveness : see whether faces are live, where InsightFace's model for that is installed.
    tell : hears what happens, while it does.

    Raises
    ------
    UsageError : what was asked for does not go together.
    PhotoclustError : nobody is known, a file cannot be written, or nobody could be enrolled.
    """
    with closing(source):
        if people is None and library is None:
            raise UsageError("Give a library, or a folder of people.")
        check_live(
            source.name,
            moves=source.moves,
            library=library,
            people=people,
            enrol=enrol,
            out=out,
            overwrite=overwrite,
            threshold=threshold,
            pack=pack,
        )
        folder = None
        if enrol is not None and library is not None:
            folder = place_for_shots(library, enrol, keep)
            recorded_pack(library, pack, accept_licence=accept_licence)
            pack = None
        known, references = [], None
        if people is None and library is not None:
            known = _known(library, or_nobody=folder is not None)
        gauge = gauge_for(library, pack, accept_licence=accept_licence, device=device)
        teacher = None
        if enrol is not None and library is not None and folder is not None:
            teacher = Teacher(library, enrol, folder, known, gauge.match)
        model = installed_model() if liveness else None
        check = LifeCheck.ON if model else LifeCheck.NOT_INSTALLED if liveness else LifeCheck.OFF
        progress = progress or Silent()
        if people is not None:
            references = people_in(people, gauge.analyser, Detail.NORMAL, progress)
            known = references.people
        match = gauge.match if threshold is None else 1 - threshold / 2
        levels = gauge.analyser.description.thresholds
        namer = Namer(match, levels.match - levels.link, PATIENCE if source.moves else 1)
        namer.know(exemplars_of(known))
        look = Liveness(model).look if model else None
        session = Session(gauge.analyser, namer, match, detail, moves=source.moves, look=look)
        begun = Begun(source.name, len(known), 2 - 2 * match, gauge, check, references)
        run = Run(source, session, begun, library, teacher, tell or _nobody, show, progress)
        return run.all(out)


def check_live(
    looked_at: str,
    *,
    moves: bool,
    library: Library | None = None,
    people: Path | None = None,
    enrol: str | None = None,
    out: Path | None = None,
    overwrite: bool = False,
    threshold: float | None = None,
    pack: str | None = None,
) -> None:
    """See to it that `live` can do this, before a camera or a window is opened, or a library made.

    Parameters
    ----------
    looked_at : the path of the video or folder; anything else for a camera.
    moves : is it a camera or a video? No photos, then.
    library : None also where `enrol` is to make it.

    Raises
    ------
    UsageError : what was asked for does not go together.
    PhotoclustError : there is no such folder, or `out` cannot or may not be written.
    """
    if enrol is not None and people is not None:
        raise UsageError(
            "Somebody is enrolled in a library, and of a folder of people nothing is kept.",
            "Leave --people away, or put a photo into that folder.",
        )
    if enrol is not None and not moves:
        raise UsageError(
            "Nobody is enrolled from a folder of photos by `live`.",
            f"`photoclust enrol {enrol} PHOTO` does it.",
        )
    if pack is not None and people is None and enrol is None:
        raise UsageError(
            "The people of a library are compared by its own pack.",
            "Leave --pack away, or give a folder of people with --people.",
        )
    if threshold is not None and not 0 < threshold < 4:
        raise UsageError("A threshold is a squared distance of unit vectors, between 0 and 4.")
    if enrol is not None and library is None:
        checked_name(enrol)
    if people is not None and not people.is_dir():
        raise NotFound(f"There is no folder {people}.", "Check the spelling of the path.")
    if out is not None:
        _check_out(out, looked_at, library, overwrite)


def _check_out(out: Path, looked_at: str, library: Library | None, overwrite: bool) -> None:
    if library is not None:
        folder = Path(os.path.abspath(out)).parent
        check_not_among_photos(folder, library, "Give --out a name in another folder.")
    check_film(out, overwrite=overwrite)
    absolute = os.path.abspath(out)
    is_it = os.path.exists(out) and os.path.realpath(looked_at) == os.path.realpath(out)
    if is_it or (library is not None and library.photos.photo_at(absolute) is not None):
        raise PhotoclustError(
            f"{out} is what is looked at, or belongs to the library.", "Give another name."
        )


def _known(library: Library, *, or_nobody: bool) -> list[KnownPerson]:
    try:
        return people_of_library(library)
    except PhotoclustError:
        if or_nobody:
            return []
        raise


def _nobody(_told: object) -> None: ...
