"""photoclust: find the people in photo folders.

The public API, which the command line uses too:

>>> from pathlib import Path
>>> import photoclust
>>> with photoclust.Library.open("people.db", create=True) as library:  # doctest: +SKIP
...     report = photoclust.scan(library, [Path("~/Pictures").expanduser()])
...     photoclust.name_cluster(library, 1, "John")
...     for item in photoclust.find(library, "John").found:
...         print(item.similarity, item.how, item.paths)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from photoclust.actions.allow import AllowReport, allow_same_photo, disallow_same_photo
    from photoclust.actions.calibrate import CalibrationReport, calibrate, forget_calibration
    from photoclust.actions.cluster import ClusterReport, cluster
    from photoclust.actions.conflicts import Conflict, conflicts
    from photoclust.actions.doctor import Check, doctor
    from photoclust.actions.enrol import EnrolReport, enrol
    from photoclust.actions.evaluate import evaluate_clusters, evaluate_sweep
    from photoclust.actions.find import FindReport, FoundFace, find
    from photoclust.actions.name import (
        NameReport,
        name_cluster,
        name_face,
        unname_cluster,
        unname_face,
    )
    from photoclust.actions.person import rename_person
    from photoclust.actions.prune import LeftAlone, PruneReport, prune
    from photoclust.actions.relocate import RelocateReport, relocate
    from photoclust.actions.roots import (
        ForgetReport,
        RootsReport,
        ScannedRoot,
        forget_folder,
        roots,
    )
    from photoclust.actions.scan import ScanReport, scan
    from photoclust.actions.status import StatusReport, status
    from photoclust.choices import Device
    from photoclust.domain import Box, DetectedFace, Detection
    from photoclust.errors import PhotoclustError
    from photoclust.export.gallery import GalleryReport, export_gallery
    from photoclust.library import Library
    from photoclust.library.faces import Face
    from photoclust.models.installed import load_pack
    from photoclust.models.pack import FacePack, PackDescription
    from photoclust.photos.decode import DecodedPhoto, decode

# Where each name lives; it is imported when it is first used, so that `import photoclust` is quick.
_HOMES = {
    "AllowReport": "photoclust.actions.allow",
    "Box": "photoclust.domain",
    "CalibrationReport": "photoclust.actions.calibrate",
    "Check": "photoclust.actions.doctor",
    "ClusterReport": "photoclust.actions.cluster",
    "Conflict": "photoclust.actions.conflicts",
    "DecodedPhoto": "photoclust.photos.decode",
    "DetectedFace": "photoclust.domain",
    "Detection": "photoclust.domain",
    "Device": "photoclust.choices",
    "EnrolReport": "photoclust.actions.enrol",
    "Face": "photoclust.library.faces",
    "FacePack": "photoclust.models.pack",
    "FindReport": "photoclust.actions.find",
    "ForgetReport": "photoclust.actions.roots",
    "FoundFace": "photoclust.actions.find",
    "GalleryReport": "photoclust.export.gallery",
    "LeftAlone": "photoclust.actions.prune",
    "Library": "photoclust.library",
    "NameReport": "photoclust.actions.name",
    "PackDescription": "photoclust.models.pack",
    "PhotoclustError": "photoclust.errors",
    "PruneReport": "photoclust.actions.prune",
    "RelocateReport": "photoclust.actions.relocate",
    "RootsReport": "photoclust.actions.roots",
    "ScanReport": "photoclust.actions.scan",
    "ScannedRoot": "photoclust.actions.roots",
    "StatusReport": "photoclust.actions.status",
    "allow_same_photo": "photoclust.actions.allow",
    "calibrate": "photoclust.actions.calibrate",
    "cluster": "photoclust.actions.cluster",
    "conflicts": "photoclust.actions.conflicts",
    "decode": "photoclust.photos.decode",
    "disallow_same_photo": "photoclust.actions.allow",
    "doctor": "photoclust.actions.doctor",
    "enrol": "photoclust.actions.enrol",
    "evaluate_clusters": "photoclust.actions.evaluate",
    "evaluate_sweep": "photoclust.actions.evaluate",
    "export_gallery": "photoclust.export.gallery",
    "find": "photoclust.actions.find",
    "forget_calibration": "photoclust.actions.calibrate",
    "forget_folder": "photoclust.actions.roots",
    "load_pack": "photoclust.models.installed",
    "name_cluster": "photoclust.actions.name",
    "name_face": "photoclust.actions.name",
    "prune": "photoclust.actions.prune",
    "relocate": "photoclust.actions.relocate",
    "rename_person": "photoclust.actions.person",
    "roots": "photoclust.actions.roots",
    "scan": "photoclust.actions.scan",
    "status": "photoclust.actions.status",
    "unname_cluster": "photoclust.actions.name",
    "unname_face": "photoclust.actions.name",
}

__all__ = [
    "AllowReport",
    "Box",
    "CalibrationReport",
    "Check",
    "ClusterReport",
    "Conflict",
    "DecodedPhoto",
    "DetectedFace",
    "Detection",
    "Device",
    "EnrolReport",
    "Face",
    "FacePack",
    "FindReport",
    "ForgetReport",
    "FoundFace",
    "GalleryReport",
    "LeftAlone",
    "Library",
    "NameReport",
    "PackDescription",
    "PhotoclustError",
    "PruneReport",
    "RelocateReport",
    "RootsReport",
    "ScanReport",
    "ScannedRoot",
    "StatusReport",
    "allow_same_photo",
    "calibrate",
    "cluster",
    "conflicts",
    "decode",
    "disallow_same_photo",
    "doctor",
    "enrol",
    "evaluate_clusters",
    "evaluate_sweep",
    "export_gallery",
    "find",
    "forget_calibration",
    "forget_folder",
    "load_pack",
    "name_cluster",
    "name_face",
    "prune",
    "relocate",
    "rename_person",
    "roots",
    "scan",
    "status",
    "unname_cluster",
    "unname_face",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'photoclust' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
