"""What happens while `live` looks: in words, and as JSON lines."""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING, Any

from photoclust.cli.outside import described, people_counted, say_references
from photoclust.cli.rows import SCHEMA_VERSION, print_line
from photoclust.cli.streams import say, shown_path

if TYPE_CHECKING:
    from photoclust.actions.enrol_live import Enrolled
    from photoclust.actions.live_run import Begun
    from photoclust.lab.live.scene import Event, SeenFace


def say_what_matters(told: Begun | Event | Enrolled) -> None:
    """Of what happens, what a person must know meanwhile."""
    from photoclust.actions.enrol_live import Enrolled
    from photoclust.actions.live_run import Begun, LifeCheck

    match told:
        case Begun():
            if told.references:
                say_references(told.references)
            say(
                f"{told.source}: looking for {people_counted(told.people)} with"
                f" {told.gauge.pack}, below the distance {told.threshold:.3f}."
            )
            if told.liveness is LifeCheck.NOT_INSTALLED:
                say("Whether faces are live is not checked: the add-on is not installed.")
        case Enrolled():
            say(f"{told.name} is enrolled: {shown_path(str(told.path))}")
            if told.looks_like:
                alike = told.looks_like
                say(
                    f"This looks like {alike.name} (distance {alike.distance:.3f}): if they are one"
                    f" person, `photoclust person merge {quote(alike.name)} {quote(told.name)}`."
                )


def print_json(told: Begun | Event | Enrolled) -> None:
    """What happens, as one line of JSON each; docs/lab.md has the fields."""
    from photoclust.actions.enrol_live import Enrolled
    from photoclust.actions.live_run import Begun

    match told:
        case Begun():
            print_line(
                {
                    "schema_version": SCHEMA_VERSION,
                    "event": "begun",
                    "source": told.source,
                    "people": told.people,
                    "threshold": round(told.threshold, 4),
                    "liveness": told.liveness,
                    **described(told.gauge),
                }
            )
        case Enrolled():
            print_line(
                {
                    "event": "enrolled",
                    "seconds": round(told.seconds, 3),
                    "person": told.name,
                    "photo": str(told.path),
                    "looks_like": told.looks_like
                    and {
                        "person": told.looks_like.name,
                        "distance": round(told.looks_like.distance, 4),
                    },
                }
            )
        case _:
            print_line(_event(told))


def _event(event: Event) -> dict[str, Any]:
    frame, face = event.frame, event.face
    return {
        "event": str(event.what),
        "seconds": round(frame.seconds, 3),
        "frame": frame.number,
        **({"photo": frame.name} if frame.name else {}),
        "track": face.track,
        "person": event.person,
        "nearest": face.standing.nearest,
        "distance": round(face.standing.distance, 4) if face.standing.nearest else None,
        "box": [round(value, 4) for value in face.detection.box],
        **_turned(face),
        "live": face.life.live if face.life else None,
        **({} if event.seen_for is None else {"seen_for": round(event.seen_for, 3)}),
    }


def _turned(face: SeenFace) -> dict[str, float | None]:
    pose = face.pose
    return {
        "yaw": round(pose.yaw, 1) if pose else None,
        "pitch": round(pose.pitch, 1) if pose else None,
        "roll": round(pose.roll, 1) if pose else None,
    }
