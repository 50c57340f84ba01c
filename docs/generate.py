"""Writes docs/commands.md and docs/schema.md from the program itself.

python docs/generate.py           # write them
python docs/generate.py --check   # exit 1 if they are not up to date
"""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

import sqlite_utils
import typer
from typer.testing import CliRunner

from photoclust.cli import app
from photoclust.library.migrations import migrations

DOCS = Path(__file__).parent
WIDTH = "88"


def commands_page() -> str:
    """Every command with its --help."""
    parts = [
        "# Commands",
        "Generated from `--help` by `python docs/generate.py`. Data goes to stdout, words for"
        " people to stderr. A list is a table on a terminal; piped, `find` prints bare paths and"
        " the others tab-separated values. Every option can be set in the environment too:"
        " `--workers` of `scan` is `PHOTOCLUST_SCAN_WORKERS`, the library is `PHOTOCLUST_DB`.",
        "Exit codes: 0 done, 1 nothing found or an error, 2 the request cannot be understood,"
        " 3 finished but some photos failed, 130 interrupted.",
        _help([]),
    ]
    for words in _commands():
        parts += [f"## {' '.join(words)}", _help(words)]
    return "\n\n".join(parts) + "\n"


def _commands() -> list[list[str]]:
    found = []
    root = typer.main.get_command(app)
    for name, command in root.commands.items():
        nested = getattr(command, "commands", {})
        if not nested or command.invoke_without_command:
            found.append([name])
        found += [[name, sub] for sub in nested]
    return found


def _help(words: list[str]) -> str:
    environment = {"COLUMNS": WIDTH, "TERMINAL_WIDTH": WIDTH, "NO_COLOR": "1"}
    result = CliRunner().invoke(app, [*words, "--help"], env=environment, prog_name="photoclust")
    text = "\n".join(line.rstrip() for line in result.output.strip().splitlines())
    return f"```text\n{text}\n```"


def schema_page() -> str:
    """The SQL of a new library, as SQLite keeps it."""
    connection = sqlite3.connect(":memory:")
    migrations.apply(sqlite_utils.Database(connection))
    rows = connection.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL"
        " AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '_sqlite_%' ORDER BY rowid"
    ).fetchall()
    parts = [
        "# Schema",
        "Generated from `photoclust/library/migrations.py` by `python docs/generate.py`. The"
        " library is an ordinary SQLite file: open it with `sqlite3`, Datasette or any other tool."
        " Read as much as you like; write through photoclust, so that the journal stays whole.",
        "An embedding is a blob of little-endian float32 numbers of length 1 (Euclidean):"
        ' `numpy.frombuffer(blob, "<f4")`. Similarity is the dot product of two of them.'
        " Embeddings of different packs must not be compared. A path is a blob because it need"
        " not be text; `path_text` is for reading. Boxes and landmarks are in 0..1 of the upright"
        " photo.",
        "```sql\n.mode box\nSELECT * FROM cluster_summary;\n"
        "SELECT path_text FROM photos_of_person WHERE person = 'John';\n```",
    ]
    for title, kind in (("Tables", "table"), ("Views", "view"), ("Indexes", "index")):
        statements = [sql + ";" for type_, _name, sql in rows if type_ == kind]
        parts += [f"## {title}", "```sql\n" + "\n\n".join(statements) + "\n```"]
    return "\n\n".join(parts) + "\n"


def main() -> int:
    pages = {DOCS / "commands.md": commands_page(), DOCS / "schema.md": schema_page()}
    stale = [
        path
        for path, text in pages.items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    if "--check" in sys.argv[1:]:
        for path in stale:
            print(f"{path.name} is not up to date: run `python docs/generate.py`.")
        return 1 if stale else 0
    for path in stale:
        path.write_text(pages[path], encoding="utf-8")
        print(f"wrote {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
