"""A pack tuned to a library: the embedding of another pack, projected."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from photoclust.errors import PackError
from photoclust.models.headed_pack import HeadedPack
from photoclust.models.pack import FacePack, PackDescription, Thresholds, fingerprint
from photoclust.vectors import Matrix, normalised, to_blob


@dataclass(frozen=True, slots=True)
class Projection:
    """What a library keeps of a pack that was tuned to it.

    Attributes
    ----------
    base : the name of the pack below, and `base_fingerprint`.
    matrix : (dim, dim), float32; embeddings are multiplied by its transpose.
    thresholds : where similarities after it mean the same person.
    """

    base: str
    base_fingerprint: str
    matrix: Matrix
    thresholds: Thresholds

    def apply(self, embeddings: Matrix) -> Matrix:
        """Unit vectors (n, dim) of the pack below to those of this one."""
        return normalised(embeddings @ self.matrix.T)

    @property
    def fingerprint(self) -> str:
        """Of the pack below and the matrix."""
        own = hashlib.sha256(to_blob(self.matrix)).hexdigest()
        return fingerprint([self.base_fingerprint, own], {})


def projected_pack(name: str, base: FacePack, projection: Projection) -> FacePack:
    """The pack of this name over the loaded pack below.

    Raises
    ------
    PackError : that is not the pack which the projection was learned on.
    """
    below = base.description
    if below.fingerprint != projection.base_fingerprint:
        raise PackError(
            f"{name} was tuned on another {below.name} than the one that is installed.",
            "Bring the old files or the old version of photoclust back.",
        )
    description = PackDescription(
        name=name,
        fingerprint=projection.fingerprint,
        dim=below.dim,
        licence=below.licence,
        commercial=below.commercial,
        thresholds=projection.thresholds,
        settings={**below.settings, "base": below.name},
    )
    return HeadedPack(base, projection.apply, description)
