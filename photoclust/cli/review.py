"""`review` asks what it cannot know, in the order of what an answer is worth."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from photoclust.cli.options import FAILED, DbOption, library_path
from photoclust.cli.rows import JsonFlag, print_document
from photoclust.cli.streams import counted, printable, say, shown_path
from photoclust.errors import PhotoclustError, UsageError

if TYPE_CHECKING:
    from photoclust.actions.review import Asked, Review
    from photoclust.cli.pictures import Show
    from photoclust.library import Library

# Crops are so many lines of text high; the sheet file shows more than the terminal.
LINES, MOST_ROWS = 5, 3

HELP = {
    "who": "a name, [s]tranger, not a [f]ace, Enter to skip, [u]ndo, [q]uit",
    "is": "[y]es all, [n]one, the numbers of those who are not, [s]tranger, not a [f]ace,"
    " Enter to skip, [u]ndo, [q]uit",
    "same": "[y]es, [n]o, Enter to skip, [u]ndo, [q]uit",
}


def review(
    context: typer.Context,
    limit: Annotated[
        int | None, typer.Option(help="At most so many questions.", min=1, show_default=False)
    ] = None,
    json: JsonFlag = False,
    db: DbOption = None,
) -> None:
    """Ask who people are: first those questions of which one answer settles most faces.

    Crops are shown in the terminal where it can (kitty, iTerm2, sixel), else in a sheet file;
    PHOTOCLUST_PICTURES=kitty, iterm, sixel or none decides instead. Every answer is an act that
    `photoclust undo` takes back. With --json the questions are listed, with the command that is
    each answer.

    Example: photoclust review   (also: review --json --limit 5)
    """
    from photoclust.actions.review import Review
    from photoclust.actions.sheet import remove_sheets
    from photoclust.library import Library

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


def _ask_all(library: Library, session: Review, limit: int | None) -> None:
    from photoclust.cli.pictures import terminal_pictures

    show = terminal_pictures()
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


def _ask(session: Review, asked: Asked) -> bool:
    """Ask until there is an answer that can be carried out; false to stop."""
    while True:
        say(asked.words)
        try:
            reply = input(f"  {HELP[asked.kind]}: ").strip()
        except EOFError:
            return False
        if reply.lower() in ("q", "quit"):
            return False
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
    if asked.kind == "who":
        return session.name(asked, reply.removeprefix("="))
    if word in ("y", "yes"):
        return session.yes(asked)
    if word in ("n", "no", "none"):
        return session.no(asked)
    if asked.kind == "is" and re.fullmatch(r"[\d\s,]+", word):
        return session.yes(asked, but={int(number) for number in re.findall(r"\d+", word)})
    raise UsageError(f"Cannot make sense of `{printable(reply)}`.", "Say one of these:")


def _standing(session: Review) -> str:
    share = 100 * session.named / session.faces if session.faces else 100.0
    left = f"; about {counted(session.left, 'answer')} to 90 %" if session.left else ""
    return f"{session.named} of {session.faces} faces have a name ({share:.0f} %){left}."


def _show(library: Library, asked: Asked, show: Show | None) -> None:
    """The faces, numbered: as a picture in the terminal, or as a sheet file."""
    from photoclust.actions.sheet import contact_sheet, face_strip

    faces = [*asked.faces, *asked.others]
    if show is None:
        say(f"  {shown_path(str(contact_sheet(library, faces, None, f'Review {faces[0].id}')))}")
        return
    room = show.room()
    side = LINES * room.cell_height
    columns = max(1, room.width // side)
    shown = faces[: columns * MOST_ROWS]
    for start in range(0, len(shown), columns):
        row = shown[start : start + columns]
        show.draw(face_strip(library, row, side))
        wide = side // room.cell_width
        say("".join(f"{face.id:^{wide}}" for face in row).rstrip())
    if len(shown) < len(faces):
        say(f"  and {len(faces) - len(shown)} more")


def _row(asked: Asked) -> dict[str, Any]:
    return {
        "kind": asked.kind,
        "question": asked.words,
        "person": asked.person.name if asked.person else None,
        "faces": [face.id for face in asked.faces],
        "others": [face.id for face in asked.others],
        "settles": round(asked.settles, 2),
        "answers": asked.commands,
    }
