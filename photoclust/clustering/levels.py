"""At which similarities a clustering decides."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Levels:
    """Where a pack's similarities (cosine) mean one person, and what is usual.

    Attributes
    ----------
    link : the ceiling; no group holds together across a gap less similar than this.
    split : parts of a dense group stay together when they are this similar on average.
    join : groups and single faces become one when they are this similar on average.
    match : a new face joins a cluster when it is this similar to its exemplars.
    typical : what a typical face reaches with its most similar strangers.
    """

    link: float
    split: float
    join: float
    match: float
    typical: float

    def stricter(self, shift: float) -> Levels:
        """Every decision asks for so much more similarity."""
        return replace(
            self,
            link=self.link + shift,
            split=self.split + shift,
            join=self.join + shift,
            match=self.match + shift,
        )
