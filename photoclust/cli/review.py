"""`review` asks what it cannot know, in the order of what an answer is worth."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from photoclust.cli.options import FAILED, DbOption, library_path
from photoclust.cli.rows import JsonFlag, print_document
from photoclust.cli.streams import counted, printable, say, shown_path
from photoclust.errors import PhotoclustError, UsageError

if TYPE_CHECKING:
    from photoclust.actions.asked import Asked, Tile
    from photoclust.actions.review import Review
    from photoclust.cli.pictures import Show
    from photoclust.library import Library

# Crops are so many lines of text high; of each part of a question so many rows are shown.
LINES, MOST_ROWS = 5, 3

OTHERWISE = "Enter to skip, [u]ndo, [?] help, [q]uit"
HELP = {
    "who": f"a name, [s]tranger, not a [f]ace, {OTHERWISE}",
    "is": f"[y]es, [n]o, - 3 all but 3, + 3 only 3, [s]tranger, not a [f]ace, {OTHERWISE}",
    "same": f"[y]es, [n]o, {OTHERWISE}",
}
LONG_HELP = {
    "who": (
        "John          the group is John",
        "John + 9 12   so are 9 and 12",
        "John - 3      but 3 is not, and leaves the group",
        "=y            somebody who is called y",
        "s, f          all of the group are strangers, or no faces",
    ),
    "is": (
        "y, n          all are right, or none",
        "- 3 7         all but 3 and 7",
        "+ 3 7         only 3 and 7",
        "s, f          all of them are strangers, or no faces",
    ),
    "same": ("y, n          they are one person, or two",),
}

# What stands at the end of a reply: + or - with numbers.
MARKS = re.compile(r"(?:(?:^|\s)[+-]\s*\d+(?:[\s,]+\d+)*)+\s*$")


def review(
    context: typer.Context,
    limit: Annotated[
        int | None, typer.Option(help="At most so many questions.", min=1, show_default=False)
    ] = None,
    json: JsonFlag = False,
    web: Annotated[
        bool, typer.Option("--web", help="Ask in the browser, on this machine only.")
    ] = False,
    port: Annotated[
        int | None,
        typer.Option(
            help="With --web: the port to listen on. [default: any that is free]",
            min=1,
            max=65535,
            show_default=False,
        ),
    ] = None,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="With --web: only print the address.")
    ] = False,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="With --web: look, but answer nothing.")
    ] = False,
    db: DbOption = None,
) -> None:
    """Ask who people are: first those questions of which one answer settles most faces.

    Crops are shown in the terminal where it can (kitty, iTerm2, sixel), else in a sheet file;
    PHOTOCLUST_PICTURES=kitty, iterm, sixel or none decides instead. Every answer is an act that
    `photoclust undo` takes back. With --json the questions are listed, with the command that is
    each answer. With --web the same happens in a page that only this machine and the browser that
    opened it reach; Ctrl-C ends it.

    Example: photoclust review   (also: review --web, review --json --limit 5)
    """
    from photoclust.actions.review import Review
    from photoclust.actions.sheet import remove_sheets
    from photoclust.library import Library

    if web:
        _serve(library_path(context, db), port or 0, browser=not no_browser, read_only=read_only)
        return
    if port or read_only or no_browser:
        raise UsageError("--port, --no-browser and --read-only go with --web.")
    with Library.open(library_path(context, db)) as library:
        session = Review(library)
        if json:
            print_document(
                {
                    "named": session.named,
                    "faces": session.faces,
                    "answers_left": session.left,
                    "questions": [_row(asked) for asked in session.questions(limit or 20)],
                }
            )
            return
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise UsageError(
                "`review` asks questions, and nobody is there to answer.",
                "For scripts there is `photoclust review --json`.",
            )
        try:
            _ask_all(library, session, limit)
        finally:
            remove_sheets()


def _serve(path: Path, port: int, *, browser: bool, read_only: bool) -> None:
    """Serve the page until Ctrl-C."""
    import webbrowser

    from photoclust.web.serve import serve

    def ready(address: str) -> None:
        print(address, flush=True)
        say("This address opens the page once, on this machine. Ctrl-C ends it.")
        if browser:
            webbrowser.open(address)

    acts = serve(path, port=port, read_only=read_only, ready=ready)
    say(f"{counted(acts, 'act')} done; `photoclust log` lists them.")


def _ask_all(library: Library, session: Review, limit: int | None) -> None:
    from photoclust.cli.pictures import terminal_pictures

    show = terminal_pictures()
    _offer_names([person.name for person in library.people.all()])
    number = 0
    while limit is None or number < limit:
        asked = session.next()
        if asked is None:
            say("Nothing is left to ask.")
            break
        number += 1
        say(_standing(session))
        _show(library, asked, show)
        if not _ask(session, asked):
            break
    say(f"{counted(session.answers, 'answer')} given. {_standing(session)}")
    if not number:
        raise typer.Exit(FAILED)


def _offer_names(names: Sequence[str]) -> None:
    """Have the tab key complete names, where the terminal's line can be edited."""
    try:
        import readline
    except ImportError:
        return

    def completed(begun: str, number: int) -> str | None:
        fitting = [name for name in names if name.casefold().startswith(begun.casefold())]
        return fitting[number] if number < len(fitting) else None

    readline.set_completer_delims("")
    readline.set_completer(completed)
    readline.parse_and_bind("tab: complete")


def _ask(session: Review, asked: Asked) -> bool:
    """Ask until there is an answer that can be carried out; false to stop."""
    while True:
        say(asked.words)
        try:
            say(f"  {HELP[asked.kind]}")
            reply = input("> ").strip()
        except EOFError:
            return False
        if reply.lower() in ("q", "quit"):
            return False
        if reply == "?":
            for line in LONG_HELP[asked.kind]:
                say(f"    {line}")
            continue
        try:
            told = _carry_out(session, asked, reply)
        except PhotoclustError as error:
            say(f"  {error.message} {error.hint}")
            continue
        if told:
            say(f"  {told}")
        return True


def _carry_out(session: Review, asked: Asked, reply: str) -> str:
    word = reply.lower()
    if not word:
        session.skip(asked)
        return ""
    if word in ("u", "undo"):
        return f"Taken back: {session.undo()}"
    if asked.kind != "same" and word in ("s", "stranger", "f", "not a face"):
        return session.ignore(asked, stranger=word.startswith("s"))
    text, these, but = _marks(reply)
    if asked.kind == "who":
        if len(text) == 1 and text.isascii():
            raise UsageError(f"`{text}` is no answer here.", f"For somebody called so: ={text}")
        return session.name(asked, text.removeprefix("="), also=these, but=but)
    if word in ("y", "yes"):
        return session.yes(asked)
    if word in ("n", "no", "none"):
        return session.no(asked)
    if asked.kind == "is" and text.lower() in ("", "y", "yes") and bool(these) != bool(but):
        return session.yes(asked, only=these or None, but=but)
    raise UsageError(f"Cannot make sense of `{printable(reply)}`.", "Say one of these:")


def _marks(reply: str) -> tuple[str, set[int], set[int]]:
    """What was typed, and the numbers behind + and - at its end."""
    found = MARKS.search(reply)
    if found is None or reply.startswith("="):
        return reply, set(), set()
    numbers: dict[str, set[int]] = {"+": set(), "-": set()}
    for sign, listed in re.findall(r"([+-])\s*(\d+(?:[\s,]+\d+)*)", found[0]):
        numbers[sign] |= {int(number) for number in re.findall(r"\d+", listed)}
    return reply[: found.start()].strip(), numbers["+"], numbers["-"]


def _standing(session: Review) -> str:
    share = 100 * session.named / session.faces if session.faces else 100.0
    left = f"; about {counted(session.left, 'answer')} to 90 %" if session.left else ""
    return f"{session.named} of {session.faces} faces have a name ({share:.0f} %){left}."


def _show(library: Library, asked: Asked, show: Show | None) -> None:
    """The faces, numbered: as pictures in the terminal, or as a sheet file."""
    from photoclust.actions.sheet import contact_sheet, face_strip

    captions = {tile.number: _caption(asked, tile) for tile in asked.tiles}
    parts = _parts(asked)
    beside = "Perhaps the same person:" if asked.kind == "who" else "The other cluster:"
    if show is None:
        faces = [tile.face for tile in asked.tiles]
        headings = {len(parts[0]): beside} if len(parts) > 1 else {}
        title = f"Review {faces[0].id}"
        sheet = contact_sheet(library, faces, None, title, list(captions.values()), headings)
        say(f"  {shown_path(str(sheet))}")
        return
    room = show.room()
    side = LINES * room.cell_height
    columns, wide = max(1, room.width // side), side // room.cell_width
    for place, part in enumerate(parts):
        if place:
            say(beside)
        shown = part[: columns * MOST_ROWS]
        for start in range(0, len(shown), columns):
            row = shown[start : start + columns]
            show.draw(face_strip(library, [tile.face for tile in row], side))
            say("".join(f"{captions[tile.number][: wide - 1]:^{wide}}" for tile in row).rstrip())
        if len(shown) < len(part):
            say(f"  and {part[len(shown)].number} to {part[-1].number}")


def _parts(asked: Asked) -> list[list[Tile]]:
    """What is shown apart: the group and the others, or two clusters."""
    first = [tile for tile in asked.tiles if asked.kind == "is" or not tile.subject]
    others = [tile for tile in asked.tiles if tile not in first]
    return [first, others] if others else [first]


def _caption(asked: Asked, tile: Tile) -> str:
    subject = asked.subjects[tile.subject]
    more = f" ({len(tile.stands_for)})" if len(tile.stands_for) > 1 else ""
    who = f" {printable(subject.person.name)}" if subject.person else ""
    return f"{tile.number}{more}{who}"


def _row(asked: Asked) -> dict[str, Any]:
    return {
        "kind": asked.kind,
        "question": asked.words,
        "settles": round(asked.settles, 2),
        "subjects": [
            {
                "faces": [face.id for face in subject.faces],
                "cluster": subject.faces[0].cluster,
                "person": subject.person.name if subject.person else None,
                "likely": round(subject.chance, 3) if subject.chance else None,
                "answers": asked.commands(subject),
            }
            for subject in asked.subjects
        ],
    }
