"""A contact sheet of faces."""

from __future__ import annotations
