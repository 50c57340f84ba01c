"""The 2 x 2 table of the Keras study: two margins, two ways to mine, on one set of photos."""

from __future__ import annotations

from photoclust.choices import Mining
from photoclust.lab.training.reports import Published

SOURCE = (
    '"Face Recognition with Triplet Loss in Keras" (Kósa, Bödő): trained on 7,754 people of'
    " VGGFace2, judged on all of LFW"
)

# By mining and margin.
PUBLISHED = {
    (Mining.SEMI_HARD, 0.2): Published(0.8620, 0.7972, 0.8326, 0.9085),
    (Mining.SEMI_HARD, 0.4): Published(0.8198, 0.8108, 0.8127, 0.8896),
    (Mining.HARD, 0.2): Published(0.8533, 0.8189, 0.8365, 0.9079),
    (Mining.HARD, 0.4): Published(0.8301, 0.7771, 0.8064, 0.8841),
}
