"""Judge packs by pairs of photos: is it one person, or are they two?"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from photoclust.actions.evaluating import load_packs, telling, unreadable
from photoclust.actions.report_page import today, write_page
from photoclust.choices import Device, Preprocess
from photoclust.errors import NotFound
from photoclust.lab.embedding import embed_photos
from photoclust.lab.verification.folds import crossing, stratified_folds
from photoclust.lab.verification.listing import located
from photoclust.lab.verification.pages import pairs_page
from photoclust.lab.verification.pairs import read_pairs
from photoclust.lab.verification.report import PackResult, PairsReport
from photoclust.lab.verification.scores import verify
from photoclust.models.open_pack import NAME as OPEN
from photoclust.photos.discover import PhotoFile, find_photos
from photoclust.progress import Progress, Silent


def evaluate_pairs(
    pairs: Path,
    photos: Path,
    packs: Sequence[str] = (OPEN,),
    ways: Sequence[Preprocess] = (Preprocess.ALIGN,),
    *,
    accept_licence: bool = False,
    device: str = Device.AUTO,
    progress: Progress | None = None,
) -> PairsReport:
    """Verify pairs of photos by the protocol of LFW, with each pack and in each way.

    Parameters
    ----------
    pairs : a `pairs.txt` of LFW's form, or a CSV; see `lab.verification.pairs`.
    photos : the folder that its names and paths start from.
    packs : names or folders.

    Raises
    ------
    UsageError : there is no such file.
    PhotoclustError : the pairs cannot be read, their photos are missing, there are too few of a
        kind, or a pack cannot be loaded; all of this before the first photo is opened. Or so many
        photos cannot be read that too few pairs are left.
    """
    listed = located(read_pairs(pairs), pairs, photos, photos_below(photos))
    loaded = load_packs(packs, accept_licence=accept_licence, device=device)
    progress = progress or Silent()
    ways = list(dict.fromkeys(ways))
    embedded = {
        name: embed_photos(listed.photos, pack, ways, progress) for name, pack in loaded.items()
    }
    everything = [each for by_way in embedded.values() for each in by_way.values()]
    failed = unreadable(listed.photos, everything)
    bad = np.isin(listed.photos, [path for path, _ in failed])
    contents = np.array(everything[0].contents)
    unread = bad[listed.one] | bad[listed.two]
    copies = ~unread & (contents[listed.one] == contents[listed.two])
    judged = listed.only(~unread & ~copies)
    left_out = {
        "pairs for photos that cannot be used": int(unread.sum()),
        "pairs of one photo with itself, or a copy": int(copies.sum()),
    }
    with telling(left_out, failed):
        judged.check()
    folds = judged.folds
    if folds is None:
        folds = stratified_folds(judged.person_one, judged.person_two, judged.same)
    return PairsReport(
        source=listed.source,
        photos=len(listed.photos),
        same=judged.same,
        folds=len(np.unique(folds)),
        own_folds=judged.folds is not None,
        crossing=crossing(judged.person_one, judged.person_two, folds),
        unreadable=failed,
        unread=int(unread.sum()),
        copies=int(copies.sum()),
        results=tuple(
            PackResult(
                pack=name,
                preprocess=way,
                faceless=int(each.faceless.sum()),
                similarities=(similarities := each.similarities(judged.one, judged.two)),
                verification=verify(similarities, judged.same, folds),
            )
            for name, by_way in embedded.items()
            for way, each in by_way.items()
        ),
    )


def write_pairs_page(report: PairsReport, out: Path) -> Path:
    """Write a report as one HTML file; returns its path.

    Raises
    ------
    PhotoclustError : it cannot be written, or would replace a file that is no report.
    """
    return write_page(out, pairs_page(report, today()))


def photos_below(folder: Path) -> list[str]:
    """The absolute paths of every photo below a folder, in order.

    Raises
    ------
    PhotoclustError : there is no such folder, or no photo in it.
    """
    if not folder.is_dir():
        raise NotFound(f"There is no folder {folder}.", "Give the one that holds the photos.")
    found = [
        item.path for item in find_photos([os.path.abspath(folder)]) if isinstance(item, PhotoFile)
    ]
    if not found:
        raise NotFound(f"There is no photo in {folder}.", "Give the folder that holds the photos.")
    return found
