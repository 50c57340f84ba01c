"""Scan a folder and print who is in each photo.

    python examples/who_is_in.py FOLDER [LIBRARY]

Clusters that nobody has named yet show as `cluster 3`; name them with `photoclust name 3 NAME`.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path

import photoclust


def main(folder: Path, database: Path) -> None:
    with photoclust.Library.open(database, create=True) as library:
        report = photoclust.scan(library, [folder])
        print(f"{report.seen} files, {report.faces} new faces", file=sys.stderr)

        people_of = defaultdict(list)
        for face in library.faces.all():
            if face.person or face.cluster:
                people_of[face.photo_id].append(face.person or f"cluster {face.cluster}")

        for photo_id, paths in library.photos.paths_of(people_of).items():
            for path in paths:
                print(f"{path}\t{', '.join(sorted(people_of[photo_id]))}")


if __name__ == "__main__":
    if not 2 <= len(sys.argv) <= 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2] if len(sys.argv) == 3 else "people.db"))
