"""Judge packs by people: some photos of each are enrolled, and all others looked up."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from photoclust.actions.evaluating import load_packs, telling, unreadable
from photoclust.actions.report_page import today, write_page
from photoclust.choices import Device, Preprocess
from photoclust.errors import UsageError
from photoclust.lab.embedding import Embedded, embed_photos
from photoclust.lab.identification.pages import people_page
from photoclust.lab.identification.people import Roles, disputed, people_in, roles
from photoclust.lab.identification.report import PeopleReport, PeopleResult
from photoclust.lab.identification.scores import all_pairs, identify
from photoclust.models.open_pack import NAME as OPEN
from photoclust.models.pack import FacePack
from photoclust.progress import Progress, Silent


def evaluate_people(
    folder: Path,
    packs: Sequence[str] = (OPEN,),
    *,
    enrolled: int = 1,
    accept_licence: bool = False,
    device: str = Device.AUTO,
    progress: Progress | None = None,
) -> PeopleReport:
    """Look up photos of people among enrolled ones, and compare every two photos.

    Parameters
    ----------
    folder : holds one folder of photos a person.
    packs : names or folders.
    enrolled : photos of each person who is enrolled; by a fixed seed, as who is not.

    Raises
    ------
    UsageError : fewer than one photo is to be enrolled.
    PhotoclustError : there is no such folder, there are too few people or photos in it, or a pack
        cannot be loaded; all of this before the first photo is opened. Or so many photos cannot be
        read that too few are left.
    """
    if enrolled < 1:
        raise UsageError("At least one photo of each person must be enrolled.")
    listed = people_in(folder)
    roles(listed.person, enrolled)
    loaded = load_packs(packs, accept_licence=accept_licence, device=device)
    progress = progress or Silent()
    ways = [Preprocess.ALIGN]
    embedded = {
        name: embed_photos(listed.photos, pack, ways, progress)[Preprocess.ALIGN]
        for name, pack in loaded.items()
    }
    failed = unreadable(listed.photos, list(embedded.values()))
    read = ~np.isin(listed.photos, [path for path, _ in failed])
    contents = np.array(next(iter(embedded.values())).contents)
    claims = disputed(np.where(read, contents, ""), listed.person)
    claimed = np.isin(np.arange(len(contents)), [place for claim in claims for place in claim])
    first = np.isin(np.arange(len(contents)), np.unique(contents, return_index=True)[1])
    copies = read & ~claimed & ~first
    usable = np.flatnonzero(read & ~claimed & first)
    person = listed.person[usable]
    left_out = {
        "photos that cannot be used": len(failed),
        "photos that the folders of several people hold": int(claimed.sum()),
        "copies": int(copies.sum()),
    }
    with telling(left_out, failed):
        parts = roles(person, enrolled)
    return PeopleReport(
        source=folder.resolve().name,
        people=len(np.unique(person)),
        photos=len(usable),
        each=enrolled,
        enrolled=len(np.unique(person[parts.enrolled])),
        known=int(parts.known.sum()),
        unknown=int(parts.unknown.sum()),
        left_out=listed.left_out,
        copies=int(copies.sum()),
        disputed=tuple(tuple(listed.photos[place] for place in claim) for claim in claims),
        unreadable=failed,
        results=tuple(
            _result(name, loaded[name], each, usable, person, parts)
            for name, each in embedded.items()
        ),
    )


def _result(
    name: str,
    pack: FacePack,
    embedded: Embedded,
    usable: NDArray[np.int64],
    person: NDArray[np.int64],
    parts: Roles,
) -> PeopleResult:
    matrix = embedded.matrix[usable]
    people = np.unique(person[parts.enrolled])
    return PeopleResult(
        pack=name,
        faceless=int(embedded.faceless[usable].sum()),
        match=pack.description.thresholds.match,
        identification=identify(
            [matrix[parts.enrolled & (person == number)] for number in people],
            matrix[parts.known],
            np.searchsorted(people, person[parts.known]),
            matrix[parts.unknown],
        ),
        pairs=all_pairs(matrix, person),
    )


def write_people_page(report: PeopleReport, out: Path) -> Path:
    """Write a report as one HTML file; returns its path.

    Raises
    ------
    PhotoclustError : it cannot be written, or would replace a file that is no report.
    """
    return write_page(out, people_page(report, today()))
