"""Walking folders: what is a photo file, what is passed over, and what cannot be reached."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from photoclust.errors import PhotoclustError
from photoclust.photos.discover import (
    GALLERY_MARKER,
    Found,
    PhotoFile,
    SkippedFile,
    UnreachableFile,
    check_roots,
    find_photos,
    is_inside,
)


def touch(folder: Path, *names: str | bytes) -> None:
    for name in names:
        path = Path(os.fsdecode(os.path.join(os.fsencode(folder), os.fsencode(name))))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"pixels")


def walk(*roots: Path) -> list[Found]:
    return list(find_photos(check_roots(list(roots))))


def photos(*roots: Path) -> list[str]:
    """Paths of the photo files, below the first root."""
    return [
        os.path.relpath(found.path, roots[0])
        for found in walk(*roots)
        if isinstance(found, PhotoFile)
    ]


def reasons(*roots: Path) -> dict[str, str]:
    """Names of what is no photo file -> why."""
    return {
        os.path.basename(found.path): found.reason
        for found in walk(*roots)
        if not isinstance(found, PhotoFile)
    }


def test_folders_are_walked_to_the_bottom(tmp_path: Path) -> None:
    touch(tmp_path, "b.jpg", "2019/a.PNG", "2019/summer/c.heic", "2019/summer/d.Jpeg")
    assert photos(tmp_path) == ["b.jpg", "2019/a.PNG", "2019/summer/c.heic", "2019/summer/d.Jpeg"]


def test_a_photo_file_has_its_size_and_time(tmp_path: Path) -> None:
    touch(tmp_path, "a.jpg")
    os.utime(tmp_path / "a.jpg", ns=(5, 1_600_000_000_123_456_789))
    assert walk(tmp_path) == [PhotoFile(str(tmp_path / "a.jpg"), 6, 1_600_000_000_123_456_789)]


def test_a_root_may_be_a_file(tmp_path: Path) -> None:
    touch(tmp_path, "a.jpg", "b.jpg")
    assert [found.path for found in walk(tmp_path / "a.jpg")] == [str(tmp_path / "a.jpg")]


def test_what_is_no_photo_is_counted_with_its_reason(tmp_path: Path) -> None:
    touch(tmp_path, "notes.txt", "clip.MP4", ".hidden.jpg", "._a.jpg", "noending", "a.jpg.part")
    assert reasons(tmp_path) == {
        "notes.txt": "not a photo",
        "clip.MP4": "video",
        ".hidden.jpg": "hidden",
        "._a.jpg": "hidden",
        "noending": "not a photo",
        "a.jpg.part": "not a photo",
    }


def test_hidden_and_system_folders_are_left_out(tmp_path: Path) -> None:
    touch(tmp_path, "a.jpg", ".thumbs/b.jpg", "@eaDir/c.jpg", "sub/@eaDir/d.jpg")
    touch(tmp_path, "#recycle/e.jpg", "$RECYCLE.BIN/f.jpg", "System Volume Information/g.jpg")
    assert photos(tmp_path) == ["a.jpg"]


@pytest.mark.parametrize("name", [".private", "@eaDir"])
def test_a_root_is_looked_into_whatever_it_is_called(tmp_path: Path, name: str) -> None:
    touch(tmp_path, f"{name}/a.jpg")
    assert photos(tmp_path / name) == ["a.jpg"]


@pytest.mark.parametrize("name", [".private", "@eaDir"])
def test_a_hidden_root_is_looked_into_beside_the_folder_it_lies_in(
    tmp_path: Path, name: str
) -> None:
    touch(tmp_path, "a.jpg", f"{name}/b.jpg")
    assert sorted(photos(tmp_path, tmp_path / name)) == [f"{name}/b.jpg", "a.jpg"]


def test_a_linked_root_is_looked_into_beside_the_folder_it_lies_in(tmp_path: Path) -> None:
    touch(tmp_path, "elsewhere/a.jpg", "photos/b.jpg")
    (tmp_path / "photos/link").symlink_to(tmp_path / "elsewhere")
    assert sorted(photos(tmp_path / "photos", tmp_path / "photos/link")) == ["b.jpg", "link/a.jpg"]


def test_a_gallery_of_our_own_is_not_scanned(tmp_path: Path) -> None:
    touch(tmp_path, "a.jpg", f"gallery/{GALLERY_MARKER}", "gallery/b.jpg", "gallery/thumbs/c.jpg")
    assert photos(tmp_path) == ["a.jpg"]
    assert reasons(tmp_path) == {"gallery": "gallery of photoclust"}


def test_a_folder_named_like_a_photo_is_a_folder(tmp_path: Path) -> None:
    touch(tmp_path, "x.jpg/inside.jpg")
    assert photos(tmp_path) == ["x.jpg/inside.jpg"]


def test_a_link_to_a_folder_is_not_followed(tmp_path: Path) -> None:
    touch(tmp_path, "elsewhere/a.jpg", "photos/b.jpg")
    (tmp_path / "photos/link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "photos/loop").symlink_to(tmp_path / "photos")
    assert photos(tmp_path / "photos") == ["b.jpg"]
    assert reasons(tmp_path / "photos") == {"link": "link to a folder", "loop": "link to a folder"}


def test_a_link_to_a_file_is_followed(tmp_path: Path) -> None:
    touch(tmp_path, "elsewhere/a.jpg")
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos/b.jpg").symlink_to(tmp_path / "elsewhere/a.jpg")
    assert walk(tmp_path / "photos")[0].path == str(tmp_path / "photos/b.jpg")
    assert photos(tmp_path / "photos") == ["b.jpg"]


def test_a_broken_link_is_unreachable(tmp_path: Path) -> None:
    (tmp_path / "gone.jpg").symlink_to(tmp_path / "nothing")
    assert walk(tmp_path) == [
        UnreachableFile(str(tmp_path / "gone.jpg"), "no such file or directory")
    ]
    assert walk(tmp_path / "gone.jpg") == walk(tmp_path)


def test_a_link_to_itself_is_unreachable(tmp_path: Path) -> None:
    (tmp_path / "me.jpg").symlink_to(tmp_path / "me.jpg")
    (found,) = walk(tmp_path)
    assert isinstance(found, UnreachableFile)
    assert found.reason


def test_a_pipe_named_like_a_photo_is_skipped(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    assert walk(tmp_path) == [SkippedFile(str(tmp_path / "pipe.jpg"), "not a regular file")]


def test_names_of_undecodable_bytes_survive(tmp_path: Path) -> None:
    name = b"caf\xe9 \xff.jpg"
    try:
        touch(tmp_path, name)
    except OSError:
        pytest.skip("this file system takes only UTF-8 names")
    (found,) = walk(tmp_path)
    assert os.fsencode(found.path) == os.path.join(os.fsencode(tmp_path), name)
    assert isinstance(found, PhotoFile)


def test_names_with_newlines_survive(tmp_path: Path) -> None:
    touch(tmp_path, "two\nlines.jpg", "tab\t.jpg", " .jpg")
    assert photos(tmp_path) == [" .jpg", "tab\t.jpg", "two\nlines.jpg"]


def test_a_missing_root_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(PhotoclustError, match=r"There is no .*holidays"):
        check_roots([tmp_path, tmp_path / "holidays"])


def test_each_file_comes_once(tmp_path: Path) -> None:
    touch(tmp_path, "a.jpg", "sub/b.jpg", "subway/c.jpg")
    roots = [tmp_path / "sub", tmp_path, tmp_path, tmp_path / "sub/b.jpg", tmp_path / "subway"]
    assert check_roots(roots) == [str(tmp_path)]
    assert sorted(photos(tmp_path, *roots)) == ["a.jpg", "sub/b.jpg", "subway/c.jpg"]


def test_a_folder_is_not_inside_one_whose_name_begins_alike() -> None:
    assert is_inside("/photos/a", "/photos")
    assert is_inside("/photos/a", "/photos/")
    assert is_inside("/photos", "/")
    assert not is_inside("/photos2/a", "/photos")
    assert not is_inside("/photos", "/photos")


def test_relative_roots_become_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touch(tmp_path, "sub/a.jpg")
    monkeypatch.chdir(tmp_path / "sub")
    assert check_roots([Path("."), Path("../sub")]) == [str(tmp_path / "sub")]


def test_the_order_is_the_same_each_time_and_by_name(tmp_path: Path) -> None:
    names = [f"{letter}.jpg" for letter in "hcxaqzmb"]
    touch(tmp_path, *names)
    assert photos(tmp_path) == sorted(names)
    assert walk(tmp_path) == walk(tmp_path)


def test_a_folder_that_may_not_be_read_is_reported(
    public_folder: Path, unprivileged: Callable[[Callable[[], object]], str]
) -> None:
    touch(public_folder, "a.jpg", "locked/b.jpg")
    (public_folder / "locked").chmod(0)
    answer = unprivileged(lambda: reasons(public_folder))
    (public_folder / "locked").chmod(0o755)
    assert answer == "{'locked': 'folder cannot be read (permission denied)'}"


def test_very_deep_folders_are_walked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for _ in range(1100):
        os.mkdir("d")
        os.chdir("d")
    Path("deep.jpg").touch()
    os.chdir(tmp_path)
    try:
        assert len(photos(tmp_path)) == 1
    finally:  # pytest's own cleaning up is recursive too
        subprocess.run(["rm", "-rf", tmp_path / "d"], check=True)
