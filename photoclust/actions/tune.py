"""Learn from what was said of a library's faces to tell people apart better."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from photoclust.actions.cluster import regroup
from photoclust.actions.lookup import pack_in_use
from photoclust.actions.map import MapReport, draw_two_embeddings, page_path
from photoclust.actions.pack import wanted_as
from photoclust.actions.use_pack import UsePackReport, use_pack
from photoclust.clustering.density import each_alone
from photoclust.errors import PhotoclustError
from photoclust.extras import MAP
from photoclust.lab.tuning.evidence import UNKNOWN, Evidence, Integers, gather
from photoclust.lab.tuning.judging import (
    FARS,
    FEWEST_PEOPLE,
    HeldOut,
    Sample,
    Verdict,
    far_to_judge,
    fewest_impostors,
    halves,
    hold_out,
    judge,
)
from photoclust.lab.tuning.learning import MARGIN, learn
from photoclust.lab.tuning.levels import moved
from photoclust.lab.verification.roc import FEWEST_ACCEPTS
from photoclust.library import Library
from photoclust.library.constraints import constraints_of
from photoclust.library.faces import FaceVectors
from photoclust.library.packs import StoredPack
from photoclust.models.pack import Thresholds
from photoclust.models.projected_pack import Projection
from photoclust.progress import Progress, Silent
from photoclust.vectors import normalised

# Faces beside those of the evidence that show what strangers look like.
STRANGERS = 3_000

# On a map before and after.
MAPPED_PEOPLE, MAPPED_FACES = 20, 20


@dataclass(frozen=True, slots=True)
class TuneReport:
    """What was learned, whether it helps, and what became of it.

    Attributes
    ----------
    pack : the one it was learned on, as `models use` takes it.
    people, faces, others : whom it was learned from: people with several faces, these faces, and
        faces that only are not them.
    verdict : what it brings people who were held out.
    before, after : the pack's thresholds (cosine), and those of the tuned pack.
    map : the page that shows held-out people before and after, if one was wanted.
    tuned : the name of the tuned pack, if it was applied.
    used : what became of the library then.
    """

    pack: str
    people: int
    faces: int
    others: int
    verdict: Verdict
    before: Thresholds
    after: Thresholds
    map: MapReport | None = None
    tuned: str | None = None
    used: UsePackReport | None = None


def tune(
    library: Library,
    *,
    apply: bool = False,
    map_to: Path | None = None,
    ending: Sequence[str] = (),
    progress: Progress | None = None,
) -> TuneReport:
    """Learn a projection on top of the pack's embedding, and judge it on people held out.

    Without `apply` nothing is written to the library, and with it only if the projection is better
    beyond noise. Then the library changes over to the tuned pack as to any other, but no photo is
    looked at; `use_pack` with the name of the pack before goes back.

    Parameters
    ----------
    map_to : a page to write, with people who were held out, before and after.
    ending : what the commands on that page end with, such as `--db FILE`.

    Raises
    ------
    NotFound : nothing was scanned yet.
    PhotoclustError : too little was said, or the pack is a tuned one.
    LibraryError : another process is scanning or clustering, or the file cannot be written.
    """
    progress = progress or Silent()
    if map_to is not None:
        MAP.require()
        page_path(map_to)
    pack = pack_in_use(library)
    if pack.projection is not None:
        raise PhotoclustError(
            f"This library uses {pack.name}, which is tuned already.",
            f"Go back with `photoclust models use {_below(pack)}`, then tune with all you have "
            "said since.",
        )
    vectors = library.faces.vectors()
    evidence = gather(constraints_of(library, vectors), vectors.quality)
    people = len(np.unique(evidence.people[evidence.people != UNKNOWN]))
    far, parts = _to_judge(evidence, people)
    thresholds = pack.thresholds
    margin = MARGIN * (2 - 2 * thresholds.match)
    with _one_thread():
        sample = _sample(vectors, evidence, pack)
        held_out = _held_out(sample, evidence, parts, margin, progress)
        projection = Projection(
            base=pack.name,
            base_fingerprint=pack.fingerprint,
            matrix=learn(vectors.matrix[evidence.indices], evidence, margin),
            thresholds=moved(
                thresholds,
                [part.line for part in held_out],
                [part.clustered_line for part in held_out],
            ),
        )
        verdict = judge(held_out, far)
    drawn = None
    if map_to is not None:
        drawn = _draw(library, vectors, evidence, held_out[0], map_to, ending, progress)
    tuned, used = None, None
    if apply and verdict.better:
        tuned = _record(library, pack, projection)
        used = use_pack(library, tuned, progress=progress)
    return TuneReport(
        pack=wanted_as(pack),
        people=people,
        faces=int((evidence.people != UNKNOWN).sum()),
        others=int((evidence.people == UNKNOWN).sum()),
        verdict=verdict,
        before=thresholds,
        after=projection.thresholds,
        map=drawn,
        tuned=tuned,
        used=used,
    )


def _below(tuned: StoredPack) -> str:
    """What a person writes to have the pack that this one was tuned on."""
    assert tuned.projection is not None
    return shlex.quote(tuned.location or tuned.projection.base)


def _one_thread() -> AbstractContextManager[object]:
    """For many small products: threads that wait for each other take 15 times as long."""
    from threadpoolctl import threadpool_limits

    limits: AbstractContextManager[object] = threadpool_limits(1)
    return limits


def _to_judge(evidence: Evidence, people: int) -> tuple[float, list[Integers]]:
    """The rate to judge at, and the faces of each half of the people."""
    if people < FEWEST_PEOPLE:
        there = "is 1" if people == 1 else f"are {people}"
        raise PhotoclustError(
            f"To learn from what you said takes {FEWEST_PEOPLE} people with two faces or more; "
            f"there {there}.",
            "`photoclust review` asks for those that help most.",
        )
    parts = halves(evidence)
    impostors = fewest_impostors(evidence, parts)
    far = far_to_judge(impostors)
    if far is None:
        needed = round(FEWEST_ACCEPTS / FARS[-1])
        raise PhotoclustError(
            f"To judge what is learned takes {needed} pairs of faces of two people in each half of "
            f"them; there are {impostors}.",
            "Name more faces: `photoclust review` asks for those that help most.",
        )
    return far, parts


def _sample(vectors: FaceVectors, evidence: Evidence, pack: StoredPack) -> Sample:
    """The faces of the evidence, and some of the others to show what strangers look like.

    They are grouped without a word of what was said: names must not help to judge themselves.
    """
    rest = np.setdiff1d(np.arange(len(vectors.ids)), evidence.indices)
    others = np.random.default_rng(0).permutation(rest)[:STRANGERS]
    rows = np.concatenate([evidence.indices, others])
    some = FaceVectors(
        vectors.ids[rows], vectors.photo_ids[rows], vectors.quality[rows], vectors.matrix[rows]
    )
    _, groups = np.unique(each_alone(regroup(some, pack).labels), return_inverse=True)
    return Sample(some.matrix, groups, pack.thresholds.typical)


def _held_out(
    sample: Sample,
    evidence: Evidence,
    parts: Sequence[Integers],
    margin: float,
    progress: Progress,
) -> list[HeldOut]:
    progress.start("Learning from half of the people", len(parts), "halves")
    held_out = []
    for part in hold_out(sample, evidence, parts, margin):
        held_out.append(part)
        progress.advance()
    progress.finish()
    return held_out


def _record(library: Library, base: StoredPack, projection: Projection) -> str:
    """The name under which the library knows the tuned pack."""
    with library.transaction():
        known = library.packs.of_fingerprint(projection.fingerprint)
        if known is not None:
            return known.name
        taken = {pack.name for pack in library.packs.all()}
        names = [
            f"{base.name}-tuned",
            *(f"{base.name}-tuned-{n}" for n in range(2, len(taken) + 3)),
        ]
        name = next(name for name in names if name not in taken)
        library.packs.record_tuned(base, name, projection)
    return name


def _draw(
    library: Library,
    vectors: FaceVectors,
    evidence: Evidence,
    part: HeldOut,
    out: Path,
    ending: Sequence[str],
    progress: Progress,
) -> MapReport:
    """The people of one half with most faces, as the other half teaches to see them."""
    held_out = part.places[evidence.people[part.places] != UNKNOWN]
    numbers, counts = np.unique(evidence.people[held_out], return_counts=True)
    largest = numbers[np.argsort(-counts, kind="stable")[:MAPPED_PEOPLE]]
    rows = np.sort(
        np.concatenate(
            [
                evidence.indices[held_out[evidence.people[held_out] == number][:MAPPED_FACES]]
                for number in largest
            ]
        )
    )
    known = library.faces.get_all(vectors.ids[rows].tolist())
    before = vectors.matrix[rows]
    return draw_two_embeddings(
        library,
        out,
        [known[face] for face in vectors.ids[rows].tolist()],
        before,
        normalised(before @ part.projection.T),
        ending=ending,
        progress=progress,
    )
