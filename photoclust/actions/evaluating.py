"""What evaluations of packs share: the packs, and the photos they cannot use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from photoclust.actions.looking import accepted_pack
from photoclust.errors import PhotoclustError
from photoclust.lab.embedding import Embedded
from photoclust.models.pack import FacePack

SHOWN = 3  # of a list of photos in an error


def load_packs(packs: Sequence[str], *, accept_licence: bool, device: str) -> dict[str, FacePack]:
    """Packs by what they are called, in order; by what was asked for where two have one name.

    Raises
    ------
    PackError : one cannot be loaded, or its licence was not accepted.
    """
    loaded = {
        wanted: accepted_pack(wanted, accept_licence=accept_licence, device=device)
        for wanted in packs
    }
    names = Counter(pack.description.name for pack in loaded.values())
    return {
        pack.description.name if names[pack.description.name] == 1 else wanted: pack
        for wanted, pack in loaded.items()
    }


def unreadable(photos: Sequence[str], embedded: Sequence[Embedded]) -> tuple[tuple[str, str], ...]:
    """Path and reason of photos that one of the packs could not use."""
    found: dict[str, str] = {}
    for each in embedded:
        for path, reason in zip(photos, each.reasons, strict=True):
            if reason is not None:
                found.setdefault(path, reason)
    return tuple(found.items())


@contextmanager
def telling(left_out: Mapping[str, int], failed: Sequence[tuple[str, str]]) -> Iterator[None]:
    """An error inside, that too little is left, also tells what was left out.

    Parameters
    ----------
    left_out : what, and how many of it.
    failed : path and reason of photos that could not be used; the first ones are named.
    """
    try:
        yield
    except PhotoclustError as error:
        counts = [f"{what} ({count:,})" for what, count in left_out.items() if count]
        if not counts:
            raise
        photos = [f"{path}: {reason}" for path, reason in failed[:SHOWN]]
        if len(failed) > SHOWN:
            photos.append(f"{len(failed) - SHOWN:,} more")
        told = f"Left out: {'; '.join(counts)}."
        if photos:
            told += f" Cannot use {'; '.join(photos)}."
        raise PhotoclustError(error.message, f"{told} {error.hint}") from error
