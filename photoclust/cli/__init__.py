"""The command line: parse, call one action, print."""

from photoclust.cli.app import app, main

__all__ = ["app", "main"]
