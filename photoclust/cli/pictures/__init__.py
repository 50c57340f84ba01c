"""Small pictures inside the terminal.

Three protocols do it: kitty's, iTerm2's, and sixel. None is a standard, so only terminals that
name themselves or say so when asked get pictures; `terminal_pictures` finds out, its `Show` draws.
"""

from photoclust.cli.pictures.beside import Beside, best_faces, crops_beside
from photoclust.cli.pictures.choosing import terminal_pictures
from photoclust.cli.pictures.show import Protocol, Room, Show

__all__ = ["Beside", "Protocol", "Room", "Show", "best_faces", "crops_beside", "terminal_pictures"]
