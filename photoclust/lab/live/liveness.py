"""Is a face there in the flesh, or a picture of one? By InsightFace's add-on, if it is installed.

The model is no part of any package: `insightface.addons` keeps it as `~/.insightface/addons/
liveness.onnx`, 1.5 MB, for non-commercial research. photoclust never fetches it by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from photoclust.domain import Detection, Pixels
from photoclust.errors import PackError
from photoclust.models.insightface_pack import without_sockets


@dataclass(frozen=True, slots=True)
class Life:
    """What the add-on says of a face: `score` 0..1, and whether that is enough (0.8 by default).

    Both are None where the picture ends so close to the face that it cannot tell.
    """

    live: bool | None
    score: float | None


class Liveness:
    """Tells live faces from pictures of faces.

    Raises
    ------
    PackError : the file is no such model.
    """

    def __init__(self, model: Path) -> None:
        with without_sockets():
            from insightface.addons import Liveness as AddOn
        try:
            self._check = AddOn(model, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime raises its own unexported types
            raise PackError(
                f"{model} is not InsightFace's liveness model: {error}",
                "Install it again, or say --no-liveness.",
            ) from error

    def look(self, pixels: Pixels, detection: Detection) -> Life:
        """A face of an RGB picture."""
        height, width = pixels.shape[:2]
        landmarks = np.array(detection.landmarks) * (width, height)
        try:
            said = self._check.predict(pixels[:, :, ::-1], landmarks)
        except RuntimeError:  # landmarks that no face has
            return Life(None, None)
        return Life(said["is_live"], said["live_score"])


def installed_model() -> Path | None:
    """Where the add-on's model lies, None where it is not installed.

    Raises
    ------
    PackError : what lies there is not the published file.
    """
    with without_sockets():
        from insightface.addons import ensure_addon
    try:
        return Path(ensure_addon("liveness", download=False))
    except FileNotFoundError:
        return None
    except RuntimeError as error:
        raise PackError(
            f"InsightFace's liveness model is not the published file: {error}.",
            "Remove it, or say --no-liveness.",
        ) from error
