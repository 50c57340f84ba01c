"""Pictures in the terminal: what is written, where the cursor is, and who gets any."""

from __future__ import annotations

import io
import math
import os
import re
import struct
import sys
import threading
from base64 import b64decode
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PIL import Image

from photoclust.cli.pictures import Protocol, Show, choosing, terminal_pictures
from photoclust.cli.pictures.png import CHUNK, iterm, kitty
from photoclust.cli.pictures.sixel import sixel
from photoclust.domain import Pixels
from photoclust.errors import UsageError

pty = pytest.importorskip("pty", reason="there are no pseudo-terminals on Windows")
fcntl, termios = pytest.importorskip("fcntl"), pytest.importorskip("termios")
tty = pytest.importorskip("tty")
dialogue = pytest.importorskip("photoclust.cli.pictures.dialogue")

ATTRIBUTES, KITTY_QUESTION = b"\x1b[c", b"\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\"
MORE_REGISTERS, REGISTERS, CELL = b"\x1b[?1;3;256S", b"\x1b[?1;1;0S", b"\x1b[16t"
ONLY_TEXT, WITH_SIXEL, KITTY_OK = b"\x1b[?62;22c", b"\x1b[?63;1;4;22c", b"\x1b_Gi=31;OK\x1b\\"


def picture(height: int, width: int, seed: int = 0) -> Pixels:
    """Soft shapes with some noise, as in a photo."""
    rng = np.random.default_rng(seed)
    small = Image.fromarray(rng.integers(0, 256, (4, 6, 3), np.uint8))
    soft = np.asarray(small.resize((width, height), Image.Resampling.BICUBIC)).astype(int)
    return np.clip(soft + rng.integers(-6, 7, soft.shape), 0, 255).astype(np.uint8)


# What was written, read back.


def png_pixels(file: bytes) -> Pixels:
    with Image.open(io.BytesIO(file), formats=["PNG"]) as image:
        return np.asarray(image.convert("RGB"))


def kitty_chunks(written: bytes) -> list[tuple[dict[str, str], bytes]]:
    """The keys and the payload of every sequence."""
    found = re.findall(rb"\x1b_G([^;]*);([^\x1b]*)\x1b\\", written)
    return [(dict(k.split("=") for k in keys.decode().split(",")), data) for keys, data in found]


def kitty_pixels(written: bytes) -> Pixels:
    return png_pixels(b64decode(b"".join(data for _, data in kitty_chunks(written))))


def iterm_file(written: bytes) -> tuple[dict[str, str], bytes]:
    """The arguments, and the file."""
    found = re.search(rb"\x1b\]1337;File=([^:]*):([A-Za-z0-9+/=]*)\x07", written)
    assert found
    return dict(a.split("=") for a in found[1].decode().split(";")), b64decode(found[2])


def sixel_pixels(written: bytes) -> tuple[Pixels, int]:
    """The picture, black where nothing is drawn, and how many colours were defined."""
    found = re.fullmatch(rb'.*?\x1bP0;1;0q"1;1;(\d+);(\d+)(.*?)\x1b\\.*', written, re.DOTALL)
    assert found
    width, height = int(found[1]), int(found[2])
    drawn = np.zeros((height, width, 3), np.uint8)
    registers: dict[int, list[int]] = {}
    colour = x = top = 0
    tokens = re.findall(rb"#(\d+)(?:;2;(\d+);(\d+);(\d+))?|!(\d+)([?-~])|([?-~])|([$-])", found[3])
    assert b"".join(re.findall(rb"#[\d;]+|![\d]+[?-~]|[?-~]|[$-]", found[3])) == found[3]
    for register, red, green, blue, length, repeated, single, move in tokens:
        if red:
            registers[int(register)] = [round(int(p) * 255 / 100) for p in (red, green, blue)]
        elif register:
            colour = int(register)
        elif move:
            x, top = 0, top + 6 * (move == b"-")
        else:
            run, bits = int(length or 1), (repeated or single)[0] - ord("?")
            for row in range(6):
                if bits >> row & 1:
                    assert top + row < height
                    assert x + run <= width
                    drawn[top + row, x : x + run] = registers[colour]
            x += run
    return drawn, len(registers)


@pytest.mark.parametrize("size", [(96, 768), (1, 1), (7, 300)])
def test_kitty_gets_the_very_pixels(size: tuple[int, int]) -> None:
    pixels = picture(*size)
    np.testing.assert_array_equal(kitty_pixels(kitty(pixels)), pixels)


def test_kitty_gets_them_in_chunks_that_tell_of_the_next() -> None:
    chunks = kitty_chunks(kitty(picture(96, 768)))
    (first, _), *others = chunks
    assert first == {"a": "T", "f": "100", "C": "1", "q": "2", "m": "1"}
    assert all(set(keys) == {"q", "m"} for keys, _ in others)
    assert [keys["m"] for keys, _ in chunks] == ["1"] * len(others) + ["0"]
    assert all(len(data) <= CHUNK for _, data in chunks)
    assert all(len(data) % 4 == 0 for _, data in chunks[:-1])


def test_iterm_gets_the_very_pixels_and_a_size_in_characters() -> None:
    pixels = picture(96, 400)
    told, file = iterm_file(iterm(pixels, 50, 6))
    np.testing.assert_array_equal(png_pixels(file), pixels)
    assert told == {
        "inline": "1",
        "size": str(len(file)),
        "width": "50",
        "height": "6",
        "preserveAspectRatio": "1",
    }


@pytest.mark.parametrize("size", [(96, 200), (1, 1), (5, 3), (6, 50), (13, 64)])
@pytest.mark.parametrize("colours", [256, 16])
def test_sixels_are_the_picture_in_fewer_colours(size: tuple[int, int], colours: int) -> None:
    pixels = picture(*size)
    reduced = Image.fromarray(pixels).quantize(colours, Image.Quantize.FASTOCTREE).convert("RGB")
    drawn, defined = sixel_pixels(sixel(pixels, colours))
    apart = np.abs(drawn.astype(int) - np.asarray(reduced))
    assert apart.max() <= 2  # a register has steps of 1 %
    assert 1 <= defined <= colours


def test_few_pure_colours_come_through_as_they_are() -> None:
    pixels = np.zeros((20, 30, 3), np.uint8)
    pixels[:, 10:20] = 255
    pixels[7:, 20:, 0] = 255
    drawn, _ = sixel_pixels(sixel(pixels))
    np.testing.assert_array_equal(drawn, pixels)


def test_even_ground_takes_few_sixels() -> None:
    assert len(sixel(np.full((60, 900, 3), 200, np.uint8))) < 200


# A terminal at the other end.


class Terminal:
    """The far end of a pseudo-terminal: keeps what is written to it, and answers what it knows."""

    def __init__(self, answers: dict[bytes, bytes]) -> None:
        self.end, near = pty.openpty()
        self.stream = os.fdopen(near, "w", encoding="ascii")
        self.written = b""
        self._answers, self._answered = answers, 0
        self._questions = re.compile(b"|".join(map(re.escape, answers)) or b"(?!)")
        self._listener = threading.Thread(target=self._listen)
        self._listener.start()

    def _listen(self) -> None:
        while True:
            try:
                more = os.read(self.end, 65536)
            except OSError:  # Linux says so when the near end is closed, others end the file
                return
            if not more:
                return
            self.written += more
            for question in self._questions.finditer(self.written, self._answered):
                self._answered = question.end()
                os.write(self.end, self._answers[question[0]])

    def resize(self, columns: int, rows: int, width: int = 0, height: int = 0) -> None:
        size = struct.pack("HHHH", rows, columns, width, height)
        fcntl.ioctl(self.end, termios.TIOCSWINSZ, size)

    def modes(self) -> list[object]:
        return list(termios.tcgetattr(self.stream.fileno()))

    def hang_up(self) -> bytes:
        """Everything that was written."""
        if not self.stream.closed:
            self.stream.close()
            self._listener.join()
            os.close(self.end)
        return self.written


@pytest.fixture
def terminal() -> Iterator[Callable[..., Terminal]]:
    """`terminal({question: answer})`"""
    opened = []

    def terminal(answers: dict[bytes, bytes] | None = None) -> Terminal:
        opened.append(Terminal(answers or {}))
        return opened[-1]

    yield terminal
    for one in opened:
        one.hang_up()


Environment = dict[str, str]


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> Callable[[Environment], None]:
    """`environment({name: value})`, added to that of a terminal that does not name itself."""
    for name in ("TERM_PROGRAM", "LC_TERMINAL", "WT_SESSION", *choosing.MULTIPLEXERS):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")

    def environment(seen: Environment) -> None:
        for name, value in seen.items():
            monkeypatch.setenv(name, value)

    return environment


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """`patience(seconds)`; without it, enough for a busy machine."""

    def patience(seconds: float) -> None:
        monkeypatch.setattr(dialogue, "PATIENCE", seconds)

    patience(60)
    return patience


# Drawing.


def cursor_after(written: bytes, rows: int, row: int, left_at: int) -> tuple[int, int, int]:
    """Row, column and lines scrolled of a small terminal, which leaves it `left_at` by a picture.

    In lines below the upper edge of the picture, and in some column to the right.
    """
    shown = re.sub(rb"\x1b_G.*?\x1b\\|\x1b\].*?\x07|\x1bP.*?\x1b\\", b"*", written, flags=re.DOTALL)
    shown = re.sub(rb"\*+", b"*", shown)
    column = scrolled = 0
    saved = (0, 0)
    for up, down, escape, letter in re.findall(
        rb"\x1b\[(\d+)A|\x1b\[(\d+)B|\x1b([78])|(.)", shown, re.DOTALL
    ):
        if up:
            row = max(0, row - int(up))
        elif down:
            row = min(rows - 1, row + int(down))
        elif escape == b"7":
            saved = row, column
        elif escape == b"8":
            row, column = saved
        elif letter == b"\r":
            column = 0
        else:
            column += letter == b"*"
            for _ in range(left_at if letter == b"*" else 1):
                scrolled, row = scrolled + (row == rows - 1), min(rows - 1, row + 1)
    return row, column, scrolled


@pytest.mark.parametrize("protocol", Protocol)
@pytest.mark.parametrize("left_at", [0, 4, 5])
@pytest.mark.parametrize("row", [0, 21, 23])
def test_the_cursor_is_on_the_line_below(
    terminal: Callable[..., Terminal], protocol: Protocol, left_at: int, row: int
) -> None:
    screen = terminal()
    screen.resize(80, 24, 80 * 9, 24 * 20)
    Show(protocol, screen.stream).draw(picture(96, 300))
    lines = math.ceil(96 / 20)
    at, column, scrolled = cursor_after(screen.hang_up(), 24, row, left_at)
    assert (at + scrolled, column) == (row + lines, 0)
    assert scrolled == max(0, row + lines - 23)


def shown_size(protocol: Protocol, written: bytes) -> tuple[int, int]:
    """Height and width of the picture that was sent."""
    match protocol:
        case Protocol.KITTY:
            return kitty_pixels(written).shape[:2]
        case Protocol.ITERM:
            return png_pixels(iterm_file(written)[1]).shape[:2]
        case Protocol.SIXEL:
            return sixel_pixels(written)[0].shape[:2]


@pytest.mark.parametrize("protocol", Protocol)
@pytest.mark.parametrize(
    ("sent", "shown"),
    [((96, 300), (96, 300)), ((100, 800), (50, 400)), ((760, 200), (190, 50))],
)
def test_a_picture_is_made_as_small_as_the_screen_and_no_smaller(
    terminal: Callable[..., Terminal],
    protocol: Protocol,
    sent: tuple[int, int],
    shown: tuple[int, int],
) -> None:
    screen = terminal()
    screen.resize(40, 11, 400, 209)
    Show(protocol, screen.stream).draw(picture(*sent))
    assert shown_size(protocol, screen.hang_up()) == shown


@pytest.mark.parametrize(
    ("protocol", "size", "cell", "room"),
    [
        (Protocol.KITTY, (100, 31, 900, 620), None, (900, 600, 9, 20)),
        (Protocol.KITTY, (100, 31), None, (800, 480, 8, 16)),
        (Protocol.ITERM, (100, 31), None, (800, 480, 8, 16)),
        (Protocol.SIXEL, (90, 31), None, (900, 600, 10, 20)),
        (Protocol.SIXEL, (50, 31), (7, 15), (350, 450, 7, 15)),
        (Protocol.SIXEL, (50, 31, 450, 620), (7, 15), (450, 600, 9, 20)),
        (Protocol.SIXEL, (200, 71, 2000, 1420), None, (1000, 1000, 10, 20)),
        (Protocol.KITTY, (0, 0), None, (640, 368, 8, 16)),
        (Protocol.KITTY, (80, 1), None, (640, 16, 8, 16)),
    ],
)
def test_the_room_is_what_the_terminal_tells_or_a_guess(
    terminal: Callable[..., Terminal],
    protocol: Protocol,
    size: tuple[int, ...],
    cell: tuple[int, int] | None,
    room: tuple[int, ...],
) -> None:
    screen = terminal()
    screen.resize(*size)
    seen = Show(protocol, screen.stream, cell=cell).room()
    assert (seen.width, seen.height, seen.cell_width, seen.cell_height) == room


# Who gets pictures.


@pytest.mark.parametrize(
    ("seen", "protocol"),
    [
        ({"TERM": "xterm-kitty"}, Protocol.KITTY),
        ({"TERM": "xterm-ghostty", "TERM_PROGRAM": "ghostty"}, Protocol.KITTY),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "ghostty"}, Protocol.KITTY),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, Protocol.ITERM),
        ({"TERM": "xterm-256color", "LC_TERMINAL": "iTerm2"}, Protocol.ITERM),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"}, Protocol.ITERM),
        ({"TERM": "xterm", "TERM_PROGRAM": "mintty"}, Protocol.ITERM),
    ],
)
def test_a_terminal_with_a_name_is_not_asked(
    terminal: Callable[..., Terminal],
    environment: Callable[[Environment], None],
    seen: Environment,
    protocol: Protocol,
) -> None:
    environment(seen)
    screen = terminal()
    show = terminal_pictures(screen.stream)
    assert show is not None
    assert show.protocol is protocol
    assert screen.hang_up() == b""


@pytest.mark.parametrize(
    "seen",
    [
        {"TERM": "dumb"},
        {"TERM": ""},
        {"TERM": "linux"},
        {"TERM_PROGRAM": "Apple_Terminal"},
        {"TERM": "tmux-256color", "TERM_PROGRAM": "tmux"},
        {"TERM": "xterm-kitty", "TMUX": "/tmp/tmux-1000/default,1,0"},
        {"TERM_PROGRAM": "iTerm.app", "STY": "1.pts-0"},
        {"TERM": "screen.xterm-256color", "LC_TERMINAL": "iTerm2"},
        {"TERM": "xterm-ghostty", "ZELLIJ": "0"},
    ],
)
def test_some_get_none_and_are_not_even_asked(
    terminal: Callable[..., Terminal], environment: Callable[[Environment], None], seen: Environment
) -> None:
    environment(seen)
    screen = terminal({ATTRIBUTES: WITH_SIXEL})
    assert terminal_pictures(screen.stream) is None
    assert screen.hang_up() == b""


@pytest.mark.parametrize(
    "seen",
    [
        {},
        {"TERM_PROGRAM": "vscode", "LC_TERMINAL": "iTerm2"},
        {"KITTY_WINDOW_ID": "1"},
        {"WT_SESSION": "x"},
    ],
)
@pytest.mark.parametrize(
    ("answers", "protocol"),
    [
        ({KITTY_QUESTION: KITTY_OK, ATTRIBUTES: WITH_SIXEL}, Protocol.KITTY),
        ({KITTY_QUESTION: b"\x1b_Gi=31;EINVAL:no\x1b\\", ATTRIBUTES: ONLY_TEXT}, None),
        ({ATTRIBUTES: WITH_SIXEL}, Protocol.SIXEL),
        ({ATTRIBUTES: ONLY_TEXT}, None),
        ({ATTRIBUTES: b"\x1b[?6c"}, None),
        ({ATTRIBUTES: b"\x1b[?4;6c"}, None),  # the 4 is the kind of terminal, not sixel
    ],
)
def test_any_other_is_asked(
    terminal: Callable[..., Terminal],
    environment: Callable[[Environment], None],
    seen: Environment,
    answers: dict[bytes, bytes],
    protocol: Protocol | None,
) -> None:
    environment(seen)
    screen = terminal(answers)
    before = screen.modes()
    show = terminal_pictures(screen.stream)
    assert (show and show.protocol) == protocol
    assert screen.modes() == before


@pytest.mark.parametrize(
    ("answers", "colours", "cell"),
    [
        ({}, 256, None),
        ({MORE_REGISTERS: b"\x1b[?1;0;256S", REGISTERS: b"\x1b[?1;0;256S"}, 256, None),
        ({MORE_REGISTERS: b"\x1b[?1;3;0S", REGISTERS: b"\x1b[?1;0;16S"}, 16, None),
        ({REGISTERS: b"\x1b[?1;0;1024S", CELL: b"\x1b[6;20;10t"}, 256, (10, 20)),
    ],
)
def test_a_terminal_with_sixels_is_asked_for_its_limits(
    terminal: Callable[..., Terminal],
    answers: dict[bytes, bytes],
    colours: int,
    cell: tuple[int, int] | None,
) -> None:
    screen = terminal({ATTRIBUTES: WITH_SIXEL} | answers)
    assert terminal_pictures(screen.stream) == Show(Protocol.SIXEL, screen.stream, colours, cell)


def test_what_it_answers_is_not_seen_on_the_screen(terminal: Callable[..., Terminal]) -> None:
    screen = terminal({KITTY_QUESTION: KITTY_OK, ATTRIBUTES: ONLY_TEXT})
    assert terminal_pictures(screen.stream) is not None
    assert screen.hang_up() == dialogue.KITTY + ATTRIBUTES


@pytest.mark.parametrize("half", [b"", KITTY_OK, b"\x1b[?62;4"])
def test_silence_and_half_an_answer_are_a_no_and_leave_nothing_behind(
    terminal: Callable[..., Terminal], patience: Callable[[float], None], half: bytes
) -> None:
    patience(0.05)
    screen = terminal()
    os.write(screen.end, half)
    before = screen.modes()
    assert terminal_pictures(screen.stream) is None
    assert screen.modes() == before
    keyboard = os.open(os.ttyname(screen.stream.fileno()), os.O_RDONLY | os.O_NONBLOCK)
    tty.setcbreak(keyboard)  # shows a line that is not finished, too
    with pytest.raises(BlockingIOError):
        os.read(keyboard, 100)
    os.close(keyboard)


def test_the_modes_are_restored_when_somebody_presses_ctrl_c(
    terminal: Callable[..., Terminal], monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = terminal()
    before = screen.modes()
    during = []

    def interrupted(*_: object) -> None:
        during.append(screen.modes())
        raise KeyboardInterrupt

    monkeypatch.setattr(dialogue.select, "select", interrupted)
    with pytest.raises(KeyboardInterrupt):
        terminal_pictures(screen.stream)
    assert during != [before]
    assert screen.modes() == before


@pytest.mark.parametrize("wish", ["kitty", "iterm", "sixel", " SIXEL "])
def test_a_wish_has_the_last_word(
    terminal: Callable[..., Terminal], environment: Callable[[Environment], None], wish: str
) -> None:
    environment({"PHOTOCLUST_PICTURES": wish, "TERM": "tmux", "TERM_PROGRAM": "Apple_Terminal"})
    show = terminal_pictures(terminal({ATTRIBUTES: ONLY_TEXT}).stream)
    assert show is not None
    assert show.protocol == wish.strip().lower()


def test_a_wish_for_none_is_granted_too(
    terminal: Callable[..., Terminal], environment: Callable[[Environment], None]
) -> None:
    environment({"PHOTOCLUST_PICTURES": "none", "TERM": "xterm-kitty"})
    screen = terminal({ATTRIBUTES: WITH_SIXEL})
    assert terminal_pictures(screen.stream) is None
    assert screen.hang_up() == b""


def test_a_wish_that_cannot_be_understood_says_what_can(
    environment: Callable[[Environment], None],
) -> None:
    environment({"PHOTOCLUST_PICTURES": "ascii"})
    with pytest.raises(UsageError, match="kitty, iterm, sixel or none"):
        terminal_pictures()


@pytest.mark.parametrize("seen", [{}, {"TERM": "xterm-kitty"}, {"PHOTOCLUST_PICTURES": "sixel"}])
def test_nothing_is_written_to_a_pipe(
    environment: Callable[[Environment], None], seen: Environment
) -> None:
    environment(seen)
    end, near = os.pipe()
    with open(near, "w") as stream:
        assert terminal_pictures(stream) is None
    with open(end, "rb") as written:
        assert written.read() == b""


@pytest.mark.parametrize(
    ("seen", "protocol"),
    [
        ({"WT_SESSION": "x"}, Protocol.SIXEL),
        ({"WT_SESSION": "x", "TERM_PROGRAM": "vscode"}, None),
        ({"TERM_PROGRAM": "WezTerm"}, Protocol.ITERM),
        ({}, None),
        ({"PHOTOCLUST_PICTURES": "sixel"}, Protocol.SIXEL),
    ],
)
def test_on_windows_the_environment_decides_alone(
    terminal: Callable[..., Terminal],
    environment: Callable[[Environment], None],
    monkeypatch: pytest.MonkeyPatch,
    seen: Environment,
    protocol: Protocol | None,
) -> None:
    environment(seen)
    monkeypatch.setattr(sys, "platform", "win32")
    screen = terminal({ATTRIBUTES: WITH_SIXEL})
    show = terminal_pictures(screen.stream)
    assert (show and show.protocol) == protocol
    assert screen.hang_up() == b""
