"""What an evaluation of people comes to, before it is printed or drawn."""

from __future__ import annotations

from dataclasses import dataclass

from photoclust.lab.identification.scores import Found, Identification
from photoclust.lab.verification.roc import Roc, TrueAccepts

RANKS = (1, 5)
FPIRS = (1e-1, 1e-2)
FARS = (1e-3, 1e-4, 1e-5)


@dataclass(frozen=True, slots=True)
class PeopleResult:
    """A pack on everybody.

    Attributes
    ----------
    faceless : photos in which no face was found, so that the fixed crop stood for it.
    match : the pack's own threshold for somebody's face (cosine).
    pairs : the curve of every two photos.
    """

    pack: str
    faceless: int
    match: float
    identification: Identification
    pairs: Roc

    @property
    def ranks(self) -> tuple[float, ...]:
        """The share of photos whose person is within each of `RANKS`."""
        return tuple(self.identification.within(rank) for rank in RANKS)

    @property
    def at_fpirs(self) -> tuple[Found | None, ...]:
        """The open set at each of `FPIRS`."""
        return tuple(self.identification.at_fpir(fpir) for fpir in FPIRS)

    @property
    def at_match(self) -> Found:
        """The open set at the pack's own threshold."""
        return self.identification.at(self.match)

    @property
    def true_accepts(self) -> tuple[TrueAccepts, ...]:
        """TAR at each of `FARS`, of every two photos."""
        return tuple(self.pairs.true_accepts(far) for far in FARS)


@dataclass(frozen=True, slots=True)
class PeopleReport:
    """Every pack on the same people.

    Attributes
    ----------
    source : the folder's name.
    people, photos : that could be used.
    each : photos enrolled of a person.
    enrolled : people.
    known, unknown : photos that were looked up, of them and of others.
    left_out : how many files were not looked at, by reason.
    copies : photos that are a copy of another one of their person; they are left out.
    disputed : paths of each photo that is in the folders of several people; all are left out.
    unreadable : path and reason of photos that could not be used.
    """

    source: str
    people: int
    photos: int
    each: int
    enrolled: int
    known: int
    unknown: int
    left_out: dict[str, int]
    copies: int
    disputed: tuple[tuple[str, ...], ...]
    unreadable: tuple[tuple[str, str], ...]
    results: tuple[PeopleResult, ...]

    @property
    def disputed_photos(self) -> int:
        """All files of these photos."""
        return sum(map(len, self.disputed))
