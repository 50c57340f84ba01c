"""How the library writes moments."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> str:
    """This moment as the library writes it: ISO 8601, UTC, whole seconds."""
    return datetime.now(UTC).replace(microsecond=0).isoformat()
