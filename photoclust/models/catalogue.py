"""The packs photoclust knows by name: what they are, their licence, where they come from.

Archive checksums are those of InsightFace's `model-zoo` release; LFW and MR-ALL figures are from
InsightFace's model zoo page, that of `open` is our own (docs/models.md).
"""

from __future__ import annotations

from dataclasses import dataclass

from photoclust.models.insightface_pack import LICENCE as INSIGHTFACE_LICENCE
from photoclust.models.open_pack import LICENCE as OPEN_LICENCE
from photoclust.models.open_pack import NAME as OPEN

RELEASE_URL = "https://github.com/deepinsight/insightface/releases/download/model-zoo/"


@dataclass(frozen=True, slots=True)
class Archive:
    """A zip to download: its sha256 and its size in bytes."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class KnownPack:
    """One row of `photoclust models list`; `archive` is None for what is already installed."""

    name: str
    models: str
    accuracy: str
    licence: str
    commercial: bool
    archive: Archive | None


def _insightface(name: str, models: str, accuracy: str, sha256: str, size: int) -> KnownPack:
    archive = Archive(sha256, size)
    return KnownPack(name, models, accuracy, INSIGHTFACE_LICENCE, False, archive)


KNOWN_PACKS = {
    pack.name: pack
    for pack in (
        KnownPack(
            OPEN,
            "CenterFace + dlib ResNet v1, 128-d",
            "LFW 99.15 % (lfw-a pairs)",
            OPEN_LICENCE,
            True,
            None,
        ),
        _insightface(
            "buffalo_l",
            "SCRFD-10G + ResNet-50 WebFace600K, 512-d",
            "LFW 99.83 %, MR-ALL 91.25",
            "80ffe37d8a5940d59a7384c201a2a38d4741f2f3c51eef46ebb28218a7b0ca2f",
            288_621_354,
        ),
        _insightface(
            "buffalo_m",
            "SCRFD-2.5G + ResNet-50 WebFace600K, 512-d",
            "LFW 99.83 %, MR-ALL 91.25",
            "d98264bd8f2dc75cbc2ddce2a14e636e02bb857b3051c234b737bf3b614edca9",
            275_951_529,
        ),
        _insightface(
            "buffalo_s",
            "SCRFD-500M + MobileFaceNet WebFace600K, 512-d",
            "LFW 99.70 %, MR-ALL 71.87",
            "d85a87f503f691807cd8bb97128bdf7a0660326cd9cd02657127fa978bab8b5e",
            127_607_557,
        ),
        _insightface(
            "buffalo_sc",
            "SCRFD-500M + MobileFaceNet WebFace600K, 512-d",
            "LFW 99.70 %, MR-ALL 71.87",
            "57d31b56b6ffa911c8a73cfc1707c73cab76efe7f13b675a05223bf42de47c72",
            14_969_382,
        ),
        _insightface(
            "antelopev2",
            "SCRFD-10G + ResNet-100 Glint360K, 512-d",
            "MR-ALL 90.66",
            "8e182f14fc6e80b3bfa375b33eb6cff7ee05d8ef7633e738d1c89021dcf0c5c5",
            360_662_982,
        ),
        _insightface(
            "raccoon_s",
            "SCRFD-10G + MobileFaceNet WebFace600K, 512-d",
            "not published",
            "f67a624ef8a4495899eb4359a8a6953f7b4c62a8399c5bc745c0e0f6582f898d",
            36_600_000,
        ),
        _insightface(
            "raccoon_l",
            "SCRFD-10G + ResNet-50 WebFace600K, 512-d",
            "not published",
            "70cd4f2f1de0a89dd0983bdac55a066a6178543f86e9ec87154f6f259bdded7e",
            255_100_000,
        ),
    )
}
