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
    from photoclust.actions.different import different_clusters, different_faces
    from photoclust.actions.doctor import Check, doctor
    from photoclust.actions.enrol import EnrolReport, enrol
    from photoclust.actions.evaluate_clusters import evaluate_clusters
    from photoclust.actions.evaluate_pairs import evaluate_pairs
    from photoclust.actions.evaluate_people import evaluate_people
    from photoclust.actions.evaluate_sweep import evaluate_sweep
    from photoclust.actions.find import FindReport, FoundFace, FoundPhoto, find, find_like
    from photoclust.actions.forget import (
        ForgetPersonReport,
        LearnAgainReport,
        forget_person,
        learn_again,
    )
    from photoclust.actions.gather import GatherReport, Way, gather
    from photoclust.actions.heed import (
        heed_again,
        heed_cluster,
        heed_in_photo,
        heed_unnamed,
    )
    from photoclust.actions.history import HistoryReport, redo, undo
    from photoclust.actions.identify import IdentifyReport, identify
    from photoclust.actions.ignore import (
        IgnoreReport,
        ignore_cluster,
        ignore_faces,
        ignore_in_photo,
        ignore_unnamed,
    )
    from photoclust.actions.live import live
    from photoclust.actions.live_run import LiveReport
    from photoclust.actions.map import MapReport, draw_map
    from photoclust.actions.merge import MergeReport, merge_clusters, merge_into_person
    from photoclust.actions.name import (
        NameReport,
        confirm_cluster,
        confirm_faces,
        confirm_person,
        name_cluster,
        name_face,
        name_faces,
        unname_cluster,
        unname_face,
    )
    from photoclust.actions.person import (
        MergePeopleReport,
        PersonReport,
        delete_person,
        merge_people,
        rename_person,
        set_aliases,
        set_birth,
        set_note,
        show_person,
    )
    from photoclust.actions.prune import LeftAlone, PruneReport, prune
    from photoclust.actions.purge import PurgeReport, purge
    from photoclust.actions.reject import RejectReport, reject_faces, reject_from_cluster
    from photoclust.actions.relocate import RelocateReport, relocate
    from photoclust.actions.review import Review
    from photoclust.actions.roots import (
        ForgetReport,
        RootsReport,
        ScannedRoot,
        forget_folder,
        roots,
    )
    from photoclust.actions.scan import ScanReport, scan
    from photoclust.actions.split import SplitPlan, apply_split, plan_split
    from photoclust.actions.status import StatusReport, status
    from photoclust.actions.train import TrainingJob, train, train_study
    from photoclust.actions.tree import ClusterTree, cluster_tree
    from photoclust.actions.tune import TuneReport, tune
    from photoclust.actions.use_pack import UsePackReport, use_pack
    from photoclust.actions.verify import Verification, verify
    from photoclust.actions.why import WhyReport, why
    from photoclust.choices import Device, Preprocess
    from photoclust.domain import Box, DetectedFace, Detection
    from photoclust.errors import PhotoclustError
    from photoclust.export.gallery import GalleryReport, export_gallery
    from photoclust.lab.identification.report import PeopleReport
    from photoclust.lab.live.frames import Camera, Stills, Video
    from photoclust.lab.training.filters import FaceFilters
    from photoclust.lab.training.reports import StudyReport, TrainReport
    from photoclust.lab.training.settings import TrainingSettings
    from photoclust.lab.verification.report import PairsReport
    from photoclust.library import Library
    from photoclust.library.faces import Face
    from photoclust.models.installed import load_pack
    from photoclust.models.pack import FacePack, PackDescription
    from photoclust.photos.decode import DecodedPhoto, decode
    from photoclust.query import Filters, Query

# Where each name lives; it is imported when it is first used, so that `import photoclust` is quick.
_HOMES = {
    "AllowReport": "photoclust.actions.allow",
    "Box": "photoclust.domain",
    "CalibrationReport": "photoclust.actions.calibrate",
    "Camera": "photoclust.lab.live.frames",
    "Check": "photoclust.actions.doctor",
    "ClusterReport": "photoclust.actions.cluster",
    "ClusterTree": "photoclust.actions.tree",
    "Conflict": "photoclust.actions.conflicts",
    "DecodedPhoto": "photoclust.photos.decode",
    "DetectedFace": "photoclust.domain",
    "Detection": "photoclust.domain",
    "Device": "photoclust.choices",
    "EnrolReport": "photoclust.actions.enrol",
    "Face": "photoclust.library.faces",
    "FaceFilters": "photoclust.lab.training.filters",
    "FacePack": "photoclust.models.pack",
    "Filters": "photoclust.query",
    "FindReport": "photoclust.actions.find",
    "ForgetPersonReport": "photoclust.actions.forget",
    "ForgetReport": "photoclust.actions.roots",
    "FoundFace": "photoclust.actions.find",
    "FoundPhoto": "photoclust.actions.find",
    "GalleryReport": "photoclust.export.gallery",
    "GatherReport": "photoclust.actions.gather",
    "HistoryReport": "photoclust.actions.history",
    "IdentifyReport": "photoclust.actions.identify",
    "IgnoreReport": "photoclust.actions.ignore",
    "LearnAgainReport": "photoclust.actions.forget",
    "LeftAlone": "photoclust.actions.prune",
    "Library": "photoclust.library",
    "LiveReport": "photoclust.actions.live_run",
    "MapReport": "photoclust.actions.map",
    "MergePeopleReport": "photoclust.actions.person",
    "MergeReport": "photoclust.actions.merge",
    "NameReport": "photoclust.actions.name",
    "PackDescription": "photoclust.models.pack",
    "PairsReport": "photoclust.lab.verification.report",
    "PeopleReport": "photoclust.lab.identification.report",
    "PersonReport": "photoclust.actions.person",
    "PhotoclustError": "photoclust.errors",
    "Preprocess": "photoclust.choices",
    "PruneReport": "photoclust.actions.prune",
    "PurgeReport": "photoclust.actions.purge",
    "Query": "photoclust.query",
    "RejectReport": "photoclust.actions.reject",
    "RelocateReport": "photoclust.actions.relocate",
    "Review": "photoclust.actions.review",
    "RootsReport": "photoclust.actions.roots",
    "ScanReport": "photoclust.actions.scan",
    "ScannedRoot": "photoclust.actions.roots",
    "SplitPlan": "photoclust.actions.split",
    "StatusReport": "photoclust.actions.status",
    "Stills": "photoclust.lab.live.frames",
    "StudyReport": "photoclust.lab.training.reports",
    "TrainReport": "photoclust.lab.training.reports",
    "TrainingJob": "photoclust.actions.train",
    "TrainingSettings": "photoclust.lab.training.settings",
    "TuneReport": "photoclust.actions.tune",
    "UsePackReport": "photoclust.actions.use_pack",
    "Verification": "photoclust.actions.verify",
    "Video": "photoclust.lab.live.frames",
    "Way": "photoclust.actions.gather",
    "WhyReport": "photoclust.actions.why",
    "allow_same_photo": "photoclust.actions.allow",
    "apply_split": "photoclust.actions.split",
    "calibrate": "photoclust.actions.calibrate",
    "cluster": "photoclust.actions.cluster",
    "cluster_tree": "photoclust.actions.tree",
    "confirm_cluster": "photoclust.actions.name",
    "confirm_faces": "photoclust.actions.name",
    "confirm_person": "photoclust.actions.name",
    "conflicts": "photoclust.actions.conflicts",
    "decode": "photoclust.photos.decode",
    "delete_person": "photoclust.actions.person",
    "different_clusters": "photoclust.actions.different",
    "different_faces": "photoclust.actions.different",
    "disallow_same_photo": "photoclust.actions.allow",
    "doctor": "photoclust.actions.doctor",
    "draw_map": "photoclust.actions.map",
    "enrol": "photoclust.actions.enrol",
    "evaluate_clusters": "photoclust.actions.evaluate_clusters",
    "evaluate_pairs": "photoclust.actions.evaluate_pairs",
    "evaluate_people": "photoclust.actions.evaluate_people",
    "evaluate_sweep": "photoclust.actions.evaluate_sweep",
    "export_gallery": "photoclust.export.gallery",
    "find": "photoclust.actions.find",
    "find_like": "photoclust.actions.find",
    "forget_calibration": "photoclust.actions.calibrate",
    "forget_folder": "photoclust.actions.roots",
    "forget_person": "photoclust.actions.forget",
    "gather": "photoclust.actions.gather",
    "heed_again": "photoclust.actions.heed",
    "heed_cluster": "photoclust.actions.heed",
    "heed_in_photo": "photoclust.actions.heed",
    "heed_unnamed": "photoclust.actions.heed",
    "identify": "photoclust.actions.identify",
    "ignore_cluster": "photoclust.actions.ignore",
    "ignore_faces": "photoclust.actions.ignore",
    "ignore_in_photo": "photoclust.actions.ignore",
    "ignore_unnamed": "photoclust.actions.ignore",
    "learn_again": "photoclust.actions.forget",
    "live": "photoclust.actions.live",
    "load_pack": "photoclust.models.installed",
    "merge_clusters": "photoclust.actions.merge",
    "merge_into_person": "photoclust.actions.merge",
    "merge_people": "photoclust.actions.person",
    "name_cluster": "photoclust.actions.name",
    "name_face": "photoclust.actions.name",
    "name_faces": "photoclust.actions.name",
    "plan_split": "photoclust.actions.split",
    "prune": "photoclust.actions.prune",
    "purge": "photoclust.actions.purge",
    "redo": "photoclust.actions.history",
    "reject_faces": "photoclust.actions.reject",
    "reject_from_cluster": "photoclust.actions.reject",
    "relocate": "photoclust.actions.relocate",
    "rename_person": "photoclust.actions.person",
    "roots": "photoclust.actions.roots",
    "scan": "photoclust.actions.scan",
    "set_aliases": "photoclust.actions.person",
    "set_birth": "photoclust.actions.person",
    "set_note": "photoclust.actions.person",
    "show_person": "photoclust.actions.person",
    "status": "photoclust.actions.status",
    "train": "photoclust.actions.train",
    "train_study": "photoclust.actions.train",
    "tune": "photoclust.actions.tune",
    "undo": "photoclust.actions.history",
    "unname_cluster": "photoclust.actions.name",
    "unname_face": "photoclust.actions.name",
    "use_pack": "photoclust.actions.use_pack",
    "verify": "photoclust.actions.verify",
    "why": "photoclust.actions.why",
}

__all__ = [
    "AllowReport",
    "Box",
    "CalibrationReport",
    "Camera",
    "Check",
    "ClusterReport",
    "ClusterTree",
    "Conflict",
    "DecodedPhoto",
    "DetectedFace",
    "Detection",
    "Device",
    "EnrolReport",
    "Face",
    "FaceFilters",
    "FacePack",
    "Filters",
    "FindReport",
    "ForgetPersonReport",
    "ForgetReport",
    "FoundFace",
    "FoundPhoto",
    "GalleryReport",
    "GatherReport",
    "HistoryReport",
    "IdentifyReport",
    "IgnoreReport",
    "LearnAgainReport",
    "LeftAlone",
    "Library",
    "LiveReport",
    "MapReport",
    "MergePeopleReport",
    "MergeReport",
    "NameReport",
    "PackDescription",
    "PairsReport",
    "PeopleReport",
    "PersonReport",
    "PhotoclustError",
    "Preprocess",
    "PruneReport",
    "PurgeReport",
    "Query",
    "RejectReport",
    "RelocateReport",
    "Review",
    "RootsReport",
    "ScanReport",
    "ScannedRoot",
    "SplitPlan",
    "StatusReport",
    "Stills",
    "StudyReport",
    "TrainReport",
    "TrainingJob",
    "TrainingSettings",
    "TuneReport",
    "UsePackReport",
    "Verification",
    "Video",
    "Way",
    "WhyReport",
    "allow_same_photo",
    "apply_split",
    "calibrate",
    "cluster",
    "cluster_tree",
    "confirm_cluster",
    "confirm_faces",
    "confirm_person",
    "conflicts",
    "decode",
    "delete_person",
    "different_clusters",
    "different_faces",
    "disallow_same_photo",
    "doctor",
    "draw_map",
    "enrol",
    "evaluate_clusters",
    "evaluate_pairs",
    "evaluate_people",
    "evaluate_sweep",
    "export_gallery",
    "find",
    "find_like",
    "forget_calibration",
    "forget_folder",
    "forget_person",
    "gather",
    "heed_again",
    "heed_cluster",
    "heed_in_photo",
    "heed_unnamed",
    "identify",
    "ignore_cluster",
    "ignore_faces",
    "ignore_in_photo",
    "ignore_unnamed",
    "learn_again",
    "live",
    "load_pack",
    "merge_clusters",
    "merge_into_person",
    "merge_people",
    "name_cluster",
    "name_face",
    "name_faces",
    "plan_split",
    "prune",
    "purge",
    "redo",
    "reject_faces",
    "reject_from_cluster",
    "relocate",
    "rename_person",
    "roots",
    "scan",
    "set_aliases",
    "set_birth",
    "set_note",
    "show_person",
    "status",
    "train",
    "train_study",
    "tune",
    "undo",
    "unname_cluster",
    "unname_face",
    "use_pack",
    "verify",
    "why",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'photoclust' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
