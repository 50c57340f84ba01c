"""From a pack's name or folder to a loaded pack."""

from __future__ import annotations

import os
from difflib import get_close_matches
from pathlib import Path

from photoclust.choices import Device
from photoclust.errors import PackError
from photoclust.models.cache import packs_folder
from photoclust.models.catalogue import KNOWN_PACKS, KnownPack
from photoclust.models.open_pack import NAME as OPEN
from photoclust.models.pack import FacePack
from photoclust.models.projected_pack import Projection, projected_pack


def installed_folder(name: str) -> Path | None:
    """Where a named InsightFace pack lies: photoclust's cache, or InsightFace's own folder."""
    for parent in (packs_folder(), Path.home() / ".insightface" / "models"):
        if any((parent / name).glob("*.onnx")):
            return parent / name
    return None


def installed_names() -> list[str]:
    """The packs of the catalogue that can be loaded by name."""
    return [
        known.name
        for known in KNOWN_PACKS.values()
        if known.archive is None or installed_folder(known.name)
    ]


def known_pack(name: str) -> KnownPack:
    """The catalogue's entry of this name.

    Raises
    ------
    PackError : there is none; the nearest name is suggested.
    """
    if name in KNOWN_PACKS:
        return KNOWN_PACKS[name]
    near = get_close_matches(name, KNOWN_PACKS, n=1)
    raise PackError(
        f"There is no pack called {name}.",
        f"Did you mean {near[0]}?" if near else "See `photoclust models list`.",
    )


def load_pack(
    wanted: str,
    location: str | None = None,
    device: str = Device.AUTO,
    *,
    fingerprint: str | None = None,
    projection: Projection | None = None,
) -> FacePack:
    """Load a pack by name, or from a folder.

    Parameters
    ----------
    wanted : `open`, the name of an InsightFace pack, or the path of a folder of ONNX files or of a
        pack that `photoclust train` made.
    location : for a name that is no known pack, the folder it was loaded from before.
    device : one of `Device`; `auto` is CUDA where it works, else the CPU.
    fingerprint : what it must have, to be the pack that a library recorded.
    projection : for a pack that was tuned to a library; `location` is that of the pack below.

    Raises
    ------
    PackError : there is no such pack, it is not installed, it cannot be loaded, or not on that
        device, or it is not the same any more.
    """
    if projection is None:
        pack = _load(wanted, location, device)
    else:
        pack = projected_pack(wanted, _load(projection.base, location, device), projection)
    if fingerprint not in (None, pack.description.fingerprint):
        raise PackError(
            f"The pack {wanted} is not the one this library was made with: its files or "
            "settings have changed.",
            "Bring the old files or the old version of photoclust back, or start another library "
            "with --db.",
        )
    return pack


def _load(wanted: str, location: str | None, device: str) -> FacePack:
    if wanted == OPEN and location is None:
        from photoclust.models.open_pack import OpenPack

        return OpenPack(device)
    folder = Path(location or wanted)
    if wanted in KNOWN_PACKS and not location:
        installed = installed_folder(wanted)
        if installed is None:
            raise PackError(
                f"The pack {wanted} is not installed.",
                f"Run `photoclust models install {wanted}`.",
            )
        folder = installed
    elif not folder.is_dir():
        if location or os.sep in wanted:
            raise PackError(
                f"There is no pack folder {folder}.", "Copy it back, or choose another."
            )
        known_pack(wanted)
    from photoclust.models.trained_pack import is_trained, load_trained

    if is_trained(folder):
        return load_trained(folder.resolve(), device, load_pack)
    from photoclust.models.insightface_pack import InsightFacePack

    return InsightFacePack(folder.resolve(), device=device)
