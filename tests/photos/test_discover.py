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
    RAW_SUFFIXES,
    Found,
    PhotoFile,
    Rules,
    SkippedFile,
    UnreachableFile,
    check_roots,
    find_photos,
    is_inside,
)
from photoclust.photos.ignoring import IGNORE_FILE


def touch(folder: Path, *names: str | bytes) -> None:
    for name in names:
        path = Path(os.fsdecode(os.path.join(os.fsencode(folder), os.fsencode(name))))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"pixels")


def walk(*roots: Path, rules: Rules | None = None) -> list[Found]:
    """What is found, each file or folder once."""
    found = list(find_photos(check_roots(list(roots)), rules or Rules()))
    paths = [each.path for each in found]
    assert len(set(paths)) == len(paths)
    return found


def photos(*roots: Path, rules: Rules | None = None) -> list[str]:
    """Paths of the photo files, below the first root."""
    return [
        os.path.relpath(found.path, roots[0])
        for found in walk(*roots, rules=rules)
        if isinstance(found, PhotoFile)
    ]


def reasons(*roots: Path, rules: Rules | None = None) -> dict[str, str]:
    """Names of what is no photo file -> why."""
    return {
        os.path.basename(found.path): found.reason
        for found in walk(*roots, rules=rules)
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
    touch(tmp_path, "@Recycle/h.jpg", "RECYCLER/i.jpg", "Recycled/j.jpg", "#snapshot/k.jpg")
    touch(tmp_path, "lost+found/l.jpg", "@tmp/m.jpg", "My Previews.lrdata/0/n.jpg")
    touch(tmp_path, "My.lrcat-data/o.jpg")
    assert walk(tmp_path) == [found for found in walk(tmp_path) if isinstance(found, PhotoFile)]
    assert photos(tmp_path) == ["a.jpg"]


APPLE_LIBRARIES = ["My.photoslibrary", "My.PhotoLibrary", "My.migratedphotolibrary", "My.aplibrary"]


@pytest.mark.parametrize("name", APPLE_LIBRARIES)
@pytest.mark.parametrize("originals", ["originals", "Originals", "Masters"])
def test_of_a_library_of_apple_the_originals_are_walked(
    tmp_path: Path, name: str, originals: str
) -> None:
    touch(tmp_path, "a.jpg", f"{name}/{originals}/0/b.heic", f"{name}/{originals}/masters.jpg")
    touch(tmp_path, f"{name}/resources/derivatives/b.jpg", f"{name}/Previews/c.jpg")
    touch(tmp_path, f"{name}/resources/derivatives/masters/d.jpg", f"{name}/icon.png")
    inside = [f"{originals}/masters.jpg", f"{originals}/0/b.heic"]
    assert photos(tmp_path) == ["a.jpg", *(f"{name}/{path}" for path in inside)]
    assert photos(tmp_path / name) == inside
    assert reasons(tmp_path) == {}


def test_what_lies_in_a_library_of_apple_can_be_named(tmp_path: Path) -> None:
    touch(tmp_path, "My.photoslibrary/originals/a.jpg", "My.photoslibrary/resources/b.jpg")
    inside = tmp_path / "My.photoslibrary/resources"
    assert photos(inside) == ["b.jpg"]
    assert len(photos(tmp_path, inside)) == 2


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


def test_links_that_lead_in_a_circle_are_unreachable(tmp_path: Path) -> None:
    (tmp_path / "me.jpg").symlink_to(tmp_path / "me.jpg")
    (tmp_path / "a.jpg").symlink_to(tmp_path / "b.jpg")
    (tmp_path / "b.jpg").symlink_to(tmp_path / "a.jpg")
    found = walk(tmp_path)
    assert [os.path.basename(each.path) for each in found] == ["a.jpg", "b.jpg", "me.jpg"]
    assert all(isinstance(each, UnreachableFile) and not each.is_folder for each in found)
    assert set(reasons(tmp_path).values()) == {"too many levels of symbolic links"}


def test_folders_that_link_to_each_other_are_walked_once(tmp_path: Path) -> None:
    touch(tmp_path, "a/1.jpg", "b/2.jpg")
    (tmp_path / "a/to-b").symlink_to(tmp_path / "b")
    (tmp_path / "b/to-a").symlink_to(tmp_path / "a")
    (tmp_path / "b/up").symlink_to("..")
    assert photos(tmp_path) == ["a/1.jpg", "b/2.jpg"]
    assert set(reasons(tmp_path).values()) == {"link to a folder"}


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


def test_a_folder_whose_rules_may_not_be_read_is_left_out(
    public_folder: Path, unprivileged: Callable[[Callable[[], object]], str]
) -> None:
    touch(public_folder, "a.jpg", "private/b.jpg", f"private/{IGNORE_FILE}")
    (public_folder / f"private/{IGNORE_FILE}").chmod(0)
    assert unprivileged(lambda: (photos(public_folder), reasons(public_folder))) == (
        "(['a.jpg'], {'private': 'its .photoclustignore cannot be read (permission denied)'})"
    )


def test_an_unreachable_folder_is_told_from_a_file(tmp_path: Path) -> None:
    touch(tmp_path, "a.jpg")
    (tmp_path / IGNORE_FILE).symlink_to(tmp_path / "unplugged")
    (found,) = walk(tmp_path)
    assert isinstance(found, UnreachableFile)
    assert (found.path, found.is_folder) == (str(tmp_path), True)


def test_a_path_too_long_for_the_system_is_one_unreachable_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch(tmp_path, "a.jpg")
    monkeypatch.chdir(tmp_path)
    for _ in range(30):
        os.mkdir("d" * 200)
        os.chdir("d" * 200)
        Path("deep.jpg").touch()
    os.chdir(tmp_path)
    try:
        found = walk(tmp_path)
    finally:
        subprocess.run(["rm", "-rf", "d" * 200], check=True)
    (unreachable,) = [each for each in found if not isinstance(each, PhotoFile)]
    assert isinstance(unreachable, UnreachableFile)
    assert unreachable.reason == "folder cannot be read (file name too long)"
    assert unreachable.is_folder
    assert len(found) > 15


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


def kinds(folder: Path, rules: Rules) -> dict[str, str]:
    """Names of the photo files -> their kinds."""
    return {
        os.path.basename(found.path): found.kind
        for found in walk(folder, rules=rules)
        if isinstance(found, PhotoFile)
    }


VIDEOS = Rules(videos=True)


def test_photos_raws_and_videos_are_told_apart(tmp_path: Path) -> None:
    touch(tmp_path, "a.JPG", "b.jxl", "c.DNG", "d.cr3", "e.Mov", "f.mkv", "jpg", "mov", "g.xmp")
    assert kinds(tmp_path, Rules()) == {
        "a.JPG": "photo",
        "b.jxl": "photo",
        "c.DNG": "raw",
        "d.cr3": "raw",
    }
    assert kinds(tmp_path, VIDEOS) == kinds(tmp_path, Rules()) | {
        "e.Mov": "video",
        "f.mkv": "video",
    }
    assert reasons(tmp_path, rules=VIDEOS) == dict.fromkeys(["jpg", "mov", "g.xmp"], "not a photo")


@pytest.mark.parametrize("suffix", sorted(RAW_SUFFIXES))
def test_a_raw_beside_its_photo_is_skipped(tmp_path: Path, suffix: str) -> None:
    touch(tmp_path, "IMG_1.JPG", f"img_1{suffix}", f"IMG_2{suffix}", f"deep/IMG_1{suffix}")
    assert photos(tmp_path) == ["IMG_1.JPG", f"IMG_2{suffix}", f"deep/IMG_1{suffix}"]
    assert reasons(tmp_path) == {f"img_1{suffix}": "raw of a photo beside it"}


def test_only_files_of_the_same_stem_are_companions(tmp_path: Path) -> None:
    names = ["IMG_1.CR2", "IMG_1.CR2.jpg", "IMG_10.jpg", "IMG_1 (edited).jpg", "IMG_1.MP4"]
    touch(tmp_path, *names)
    assert kinds(tmp_path, VIDEOS).keys() == set(names) - {"IMG_1.MP4"}
    assert reasons(tmp_path) == {"IMG_1.MP4": "video"}


def test_the_video_of_a_live_photo_is_skipped(tmp_path: Path) -> None:
    touch(
        tmp_path, "1.HEIC", "1.MOV", "2.jpg", "2.mp4", "3.mov", "4.jpg", "4.avi", "5.dng", "5.mov"
    )
    looked_at = {"1.HEIC", "2.jpg", "3.mov", "4.jpg", "4.avi", "5.dng"}
    assert kinds(tmp_path, VIDEOS).keys() == looked_at
    assert reasons(tmp_path, rules=VIDEOS) == dict.fromkeys(
        ["1.MOV", "2.mp4", "5.mov"], "video of a live photo"
    )
    assert set(reasons(tmp_path).values()) == {"video"}


def test_of_a_photo_its_raw_and_its_video_the_photo_stays(tmp_path: Path) -> None:
    touch(tmp_path, "a.dng", "a.jpg", "a.mov", "a.xmp", "a.aae")
    assert kinds(tmp_path, VIDEOS) == {"a.jpg": "photo"}


def test_the_video_in_a_motion_photo_of_google_is_skipped(tmp_path: Path) -> None:
    touch(tmp_path, "PXL_1.MP", "PXL_1.MP.jpg")
    assert photos(tmp_path) == ["PXL_1.MP.jpg"]
    assert reasons(tmp_path) == {"PXL_1.MP": "not a photo"}


def test_a_photo_that_is_not_looked_at_has_no_companions(tmp_path: Path) -> None:
    touch(tmp_path, "1.dng", "2.dng", "2.mov", "3.dng", ".4.jpg", "4.dng", "5.dng")
    touch(tmp_path, "1.jpg", "2.jpg")
    (tmp_path / "1.jpg").write_bytes(b"")
    (tmp_path / "3.jpg").symlink_to("nowhere")
    os.mkfifo(tmp_path / "5.jpg")
    rules = Rules(exclude=("2.jpg",), min_bytes=1, videos=True)
    assert photos(tmp_path, rules=rules) == ["1.dng", "2.dng", "3.dng", "4.dng", "5.dng"]


def test_a_companion_that_is_named_is_looked_at(tmp_path: Path) -> None:
    touch(tmp_path, "a.jpg", "a.dng")
    assert sorted(photos(tmp_path, tmp_path / "a.dng")) == ["a.dng", "a.jpg"]


def test_small_and_large_files_are_skipped(tmp_path: Path) -> None:
    for size in range(5):
        (tmp_path / f"{size}.jpg").write_bytes(bytes(size))
    rules = Rules(min_bytes=2, max_bytes=3)
    assert photos(tmp_path, rules=rules) == ["2.jpg", "3.jpg"]
    assert reasons(tmp_path, rules=rules) == {
        "0.jpg": "smaller than --min-size",
        "1.jpg": "smaller than --min-size",
        "4.jpg": "larger than --max-size",
    }
    assert len(photos(tmp_path)) == 5
    assert photos(tmp_path / "4.jpg", rules=rules) == []


def test_excluded_files_and_folders_are_skipped(tmp_path: Path) -> None:
    touch(tmp_path, "a.jpg", "b.png", "c.txt", "tmp/d.jpg", "2019/tmp/e.jpg", "2019/f.jpg")
    rules = Rules(exclude=("*.png", "*.txt", "/tmp/"))
    assert photos(tmp_path, rules=rules) == ["a.jpg", "2019/f.jpg", "2019/tmp/e.jpg"]
    assert reasons(tmp_path, rules=rules) == dict.fromkeys(["b.png", "c.txt", "tmp"], "excluded")


def test_exclude_holds_at_each_root_and_for_named_files(tmp_path: Path) -> None:
    touch(tmp_path, "one/x/a.jpg", "two/x/b.jpg", "two/c.jpg", "d.png")
    roots = [tmp_path / "one", tmp_path / "two", tmp_path / "d.png"]
    rules = Rules(exclude=("/x/", "*.png"))
    assert reasons(*roots, rules=rules) == {"x": "excluded", "d.png": "excluded"}
    assert photos(tmp_path / "two", tmp_path / "one", rules=rules) == ["c.jpg"]


def test_ignored_files_and_folders_are_skipped(tmp_path: Path) -> None:
    touch(tmp_path, "a.jpg", "b.png", "private/c.jpg", "deep/private/d.jpg", "deep/e.jpg")
    (tmp_path / IGNORE_FILE).write_text("*.png\n/private/\n!/private/c.jpg\n")
    (tmp_path / "deep" / IGNORE_FILE).write_text("e.jpg\n")
    assert photos(tmp_path) == ["a.jpg", "deep/private/d.jpg"]
    ignored = "ignored by .photoclustignore"
    assert reasons(tmp_path) == {
        IGNORE_FILE: "hidden",
        "b.png": ignored,
        "private": ignored,
        "e.jpg": ignored,
    }


def test_an_ignore_file_does_not_hold_beside_or_above_its_folder(tmp_path: Path) -> None:
    touch(tmp_path, "a.jpg", "one/a.jpg", "one/deep/a.jpg", "two/a.jpg")
    (tmp_path / "one" / IGNORE_FILE).write_text("a.jpg\n")
    assert photos(tmp_path) == ["a.jpg", "two/a.jpg"]


def test_ignore_files_above_a_root_do_not_count(tmp_path: Path) -> None:
    touch(tmp_path, "private/a.jpg", "b.jpg")
    (tmp_path / IGNORE_FILE).write_text("*.jpg\nprivate\n")
    assert photos(tmp_path / "private") == ["a.jpg"]
    assert photos(tmp_path / "b.jpg") == ["."]


def test_what_is_ignored_can_be_named(tmp_path: Path) -> None:
    touch(tmp_path, "a.jpg", "private/b.jpg", "c.jpg", "notes.txt")
    (tmp_path / IGNORE_FILE).write_text("private\nc.jpg\n")
    named = [tmp_path / "private", tmp_path / "c.jpg", tmp_path / "notes.txt"]
    assert sorted(photos(tmp_path, *named)) == ["a.jpg", "c.jpg", "private/b.jpg"]
    assert reasons(tmp_path, *named) == {IGNORE_FILE: "hidden", "notes.txt": "not a photo"}


def test_rules_of_a_root_hold_for_a_root_in_it(tmp_path: Path) -> None:
    touch(tmp_path, "a.jpg", "sub/b.jpg", "sub/c.png")
    (tmp_path / IGNORE_FILE).write_text("*.png\n")
    assert photos(tmp_path, tmp_path / "sub") == ["a.jpg", "sub/b.jpg"]


def test_a_folder_with_nomedia_is_skipped_with_all_below(tmp_path: Path) -> None:
    touch(tmp_path, "a.jpg", "stickers/.nomedia", "stickers/b.jpg", "stickers/deep/c.jpg")
    assert photos(tmp_path) == ["a.jpg"]
    assert reasons(tmp_path) == {"stickers": "folder has .nomedia"}


def test_a_root_with_nomedia_is_looked_into(tmp_path: Path) -> None:
    touch(tmp_path, "stickers/.nomedia", "stickers/b.jpg", "stickers/deep/c.jpg", "a.jpg")
    assert photos(tmp_path / "stickers") == ["b.jpg", "deep/c.jpg"]
    assert len(photos(tmp_path, tmp_path / "stickers")) == 3
