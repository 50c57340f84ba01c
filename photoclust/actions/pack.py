"""Which model pack a library uses: chosen at its first scan, kept until `use_pack` changes it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from photoclust.choices import Detail, Device
from photoclust.errors import PackError
from photoclust.library import Library
from photoclust.library.clock import now
from photoclust.library.journal import Act
from photoclust.library.packs import DescribedPack, StoredPack
from photoclust.models.catalogue import KNOWN_PACKS
from photoclust.models.installed import load_pack
from photoclust.models.open_pack import NAME as OPEN
from photoclust.models.pack import FacePack
from photoclust.photos.limits import TIME_LIMIT
from photoclust.pipeline.results import Orders

# How the act begins that changes a library over to another pack.
SWITCH = "models use "


def recorded_pack(
    library: Library, requested: str | None = None, *, accept_licence: bool = False
) -> StoredPack:
    """The pack the library uses; at its first scan the requested one is recorded, or `open`.

    Raises
    ------
    PackError : the library has another pack, or the requested one cannot be loaded or its licence
        was not accepted.
    """
    stored = library.packs.in_use()
    if stored is None:
        return _choose(library, requested or OPEN, accept_licence)
    if requested and not _is_same(requested, stored):
        raise PackError(
            f"The faces of this library were made with the pack {stored.name}; those of "
            f"{requested} cannot be compared with them.",
            f"Leave --pack away to go on with {stored.name}; `photoclust models use {requested}` "
            "changes over and keeps every name.",
        )
    return stored


def load_recorded(stored: StoredPack, device: str = Device.AUTO) -> FacePack:
    """Load the pack that a library recorded, on one of `Device`.

    Raises
    ------
    PackError : it cannot be loaded, or is not the same any more.
    """
    return load_pack(
        stored.name,
        stored.location,
        device,
        fingerprint=stored.fingerprint,
        projection=stored.projection,
    )


def orders_for(
    stored: StoredPack, device: str, detail: Detail, time_limit: float = TIME_LIMIT
) -> Orders:
    """What a worker is told, to look at photos with the pack that a library recorded."""
    return Orders(
        stored.name,
        stored.location,
        stored.fingerprint,
        device,
        detail,
        time_limit,
        stored.projection,
    )


def _is_same(requested: str, stored: StoredPack) -> bool:
    if requested == stored.name:
        return True
    return wanted_as(stored) == str(Path(requested).resolve())


def wanted_as(stored: StoredPack) -> str:
    """What a person writes to have this pack: its name, or its folder."""
    return stored.location if stored.location and not stored.projection else stored.name


def pack_before(library: Library, act: Act) -> str:
    """What a person writes to have the pack that was in use before this act changed it."""
    for earlier in library.journal.acts():
        if earlier.id < act.id and earlier.what.startswith(SWITCH):
            return earlier.what.removeprefix(SWITCH)
    return wanted_as(library.packs.all()[0])


def described(library: Library, requested: str, *, accept_licence: bool) -> DescribedPack:
    """What a library records of a pack, given by name or folder.

    Raises
    ------
    PackError : it cannot be loaded, or its licence was never accepted here.
    """
    tuned = next((x for x in library.packs.all() if x.projection and x.name == requested), None)
    if tuned is not None:
        return DescribedPack(
            name=tuned.name,
            fingerprint=tuned.fingerprint,
            dim=tuned.dim,
            licence=tuned.licence,
            accepted_at=None,
            settings=tuned.settings,
            location=tuned.location,
        )
    description = load_pack(requested, device=Device.CPU).description
    accepted = accept_licence or library.packs.of_fingerprint(description.fingerprint) is not None
    if not description.commercial and not accepted:
        raise PackError(
            f"The weights of {description.name} are not free for any use ({description.licence}).",
            "If that fits your use, say so with --accept-licence; `open` has no such limit.",
        )
    return DescribedPack(
        name=description.name,
        fingerprint=description.fingerprint,
        dim=description.dim,
        licence=description.licence,
        accepted_at=None if description.commercial else now(),
        settings={**description.settings, "thresholds": asdict(description.thresholds)},
        location=None if requested in KNOWN_PACKS else str(Path(requested).resolve()),
    )


def _choose(library: Library, requested: str, accept_licence: bool) -> StoredPack:
    found = described(library, requested, accept_licence=accept_licence)
    with library.transaction():
        library.packs.choose(**found)
    stored = library.packs.in_use()
    assert stored is not None
    return stored
