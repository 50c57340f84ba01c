"""Makes a pack folder of `mobilefacenet-apache.onnx`, to be judged beside the others.

    python benchmarks/apache_pack.py OUT [--data ../shared/data]
    photoclust evaluate pairs ... --pack OUT --accept-licence

The model wants pixels / 255 less ImageNet's mean, by its deviation. That goes into the graph, as
its first nodes: InsightFace looks there for nodes called Sub and Mul, and else scales by itself.
The detector is that of `scrfd-mbf`.
"""

from __future__ import annotations

import argparse
import os
import shutil
from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper

# Of ImageNet, red, green and blue in 0..1, as in the repository foamliu/MobileFaceNet.
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("out", type=Path)
    data = os.environ.get("PHOTOCLUST_DATA", "../shared/data")
    arguments.add_argument("--data", type=Path, default=Path(data))
    chosen = arguments.parse_args()
    models = chosen.data / "models"
    model = onnx.load(models / "mobilefacenet-apache.onnx")
    pixels = model.graph.input[0].name
    for node in model.graph.node:
        for place, name in enumerate(node.input):
            if name == pixels:
                node.input[place] = "scaled"
    scales = {"mean": 255 * np.array(MEAN), "factor": 1 / (255 * np.array(DEVIATION))}
    for name, values in scales.items():
        array = values.reshape(1, 3, 1, 1).astype(np.float32)
        model.graph.initializer.append(numpy_helper.from_array(array, name))
    first = helper.make_node("Sub", [pixels, "mean"], ["centred"], "Sub_mean")
    second = helper.make_node("Mul", ["centred", "factor"], ["scaled"], "Mul_factor")
    model.graph.node.insert(0, first)
    model.graph.node.insert(1, second)
    onnx.checker.check_model(model)
    chosen.out.mkdir(parents=True, exist_ok=True)
    onnx.save(model, chosen.out / "mobilefacenet.onnx")
    shutil.copy(models / "scrfd-mbf" / "det_500m.onnx", chosen.out)


if __name__ == "__main__":
    main()
