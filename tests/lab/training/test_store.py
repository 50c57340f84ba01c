"""The store of prepared faces survives being cut short."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from photoclust.lab.training.store import INDEX, Prepared, Store

KEY = {"pack": "a"}


def opened(folder: Path, key: dict[str, str] = KEY) -> Store:
    return Store(folder, key, 3, (2,), np.uint8)


def line(number: int) -> tuple[Prepared, np.ndarray]:
    return Prepared(f"Ann/{number}.jpg", "Ann"), np.full(2, number, np.uint8)


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    opened(tmp_path).add([line(1), (Prepared("Ann/x.jpg", "Ann", "no face"), None)])
    again = opened(tmp_path)
    assert [record.failure for record in again.records] == [None, "no face"]
    again.add([line(3)])
    np.testing.assert_array_equal(opened(tmp_path).rows, [[1, 1], [0, 0], [3, 3]])


def test_a_line_that_a_kill_cut_short_is_written_again(tmp_path: Path) -> None:
    opened(tmp_path).add([line(1), line(2)])
    index = tmp_path / INDEX
    index.write_text(index.read_text()[:-20])
    again = opened(tmp_path)
    assert len(again.records) == 1
    again.add([line(2), line(3)])
    assert [record.path for record in opened(tmp_path).records] == [
        "Ann/1.jpg",
        "Ann/2.jpg",
        "Ann/3.jpg",
    ]


def test_another_key_begins_anew(tmp_path: Path) -> None:
    opened(tmp_path).add([line(1)])
    assert opened(tmp_path, {"pack": "b"}).records == []


def test_a_damaged_index_begins_anew(tmp_path: Path) -> None:
    opened(tmp_path).add([line(1)])
    (tmp_path / INDEX).write_bytes(b"\xff\xfe")
    assert opened(tmp_path).records == []
