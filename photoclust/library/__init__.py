"""The library: one SQLite file that holds everything photoclust knows."""

from photoclust.library.library import Library

__all__ = ["Library"]
