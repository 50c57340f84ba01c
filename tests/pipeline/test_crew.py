"""Workers: results in order, and what becomes of one that crashes, hangs, or never starts."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import psutil
import pytest

from photoclust.errors import PackError, PhotoclustError
from photoclust.photos.discover import PhotoFile
from photoclust.photos.limits import MAX_MEMORY
from photoclust.pipeline import crew as crews
from photoclust.pipeline.crew import Crew
from photoclust.pipeline.results import Examined, Orders, Result, Unreadable

# Stands in for a worker: no models, and a file's name says what is done with it.
STAND_IN = """
import ctypes, sys, time
from types import SimpleNamespace
from photoclust.choices import Device
from photoclust.pipeline import worker
from photoclust.pipeline.results import Examined, Unreadable

def examine(file, pack, detail, claim, ask_for_memory):
    what, *values = file.path.split(":")
    if what.startswith("claim") and not claim(file.path):
        return Unreadable(file, "known", file.path)
    if what.startswith("memory"):
        for amount in values[1:]:
            ask_for_memory(int(amount))
    if what.endswith("crash"):
        ctypes.string_at(0)
    if what == "exit":
        sys.exit(5)
    if what.endswith("sleep"):
        time.sleep(float(values[0]))
    if what == "memory":
        begun = time.monotonic()
        time.sleep(0.3)
        return Unreadable(file, f"{begun} {time.monotonic()}", None)
    return Examined(file, file.path)

worker._load = lambda orders: SimpleNamespace(device=Device.CPU)
worker.examine = examine
worker.main()
"""

ORDERS = Orders("stand-in", None, "f" * 64)
SOON = 15.0  # seconds; only a test that fails waits so long


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers that do as the name of a file says."""
    monkeypatch.setattr(crews, "WORKER", f"\n{STAND_IN}")


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    """When a crew is done, or given up, neither a process nor a thread of it is there."""
    threads = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= threads
    assert psutil.Process().children() == []


def named(*names: str) -> list[PhotoFile]:
    return [PhotoFile(name, 1, 1) for name in names]


def results_of(
    *names: str,
    workers: int = 2,
    orders: Orders = ORDERS,
    claim: Callable[[str], bool] = lambda _content: True,
) -> list[Result]:
    with Crew(orders, workers, claim) as crew:
        return list(crew.examine(named(*names)))


def reasons(results: list[Result]) -> dict[str, str]:
    return {item.file.path: item.reason for item in results if isinstance(item, Unreadable)}


@pytest.mark.usefixtures("stand_in")
class TestWithAStandIn:
    @pytest.mark.parametrize("workers", [1, 3])
    def test_results_come_in_the_order_of_the_files(self, workers: int) -> None:
        names = ["sleep:0.4", "a", "b", "sleep:0.2", *(f"c{number}" for number in range(40))]
        results = results_of(*names, workers=workers)
        assert [result.file.path for result in results] == names
        assert reasons(results) == {}

    def test_no_file_needs_no_worker(self) -> None:
        assert results_of() == []

    def test_a_crash_costs_one_file(self) -> None:
        results = results_of("a", "crash", "b", "c", "crash:again", "d")
        why = "crashed the program that read it (SIGSEGV)"
        assert reasons(results) == {"crash": why, "crash:again": why}
        assert len(results) == 6

    def test_a_crash_of_the_only_worker_at_the_first_and_the_last_file(self) -> None:
        results = results_of("crash", "a", "crash:again", workers=1)
        assert list(reasons(results)) == ["crash", "crash:again"]

    def test_an_exit_is_told_by_its_code(self) -> None:
        assert reasons(results_of("exit", "a")) == {
            "exit": "crashed the program that read it (exit code 5)"
        }

    def test_what_was_claimed_is_known_after_a_crash(self) -> None:
        [result] = results_of("claim and crash")
        assert isinstance(result, Unreadable)
        assert result.content_hash == "claim and crash"

    def test_a_hang_ends_after_the_limit_and_costs_one_file(self) -> None:
        started = time.monotonic()
        results = results_of(
            "a", "sleep:100", "b", "c", orders=Orders("stand-in", None, "f" * 64, time_limit=1.0)
        )
        assert reasons(results) == {"sleep:100": "took longer than 1 s"}
        assert len(results) == 4
        assert time.monotonic() - started < SOON

    def test_a_video_has_ten_times_the_limit(self) -> None:
        orders = Orders("stand-in", None, "f" * 64, time_limit=0.2)
        files = [PhotoFile("sleep:1", 1, 1, kind) for kind in ("photo", "video")]
        with Crew(orders, 2, lambda _content: True) as crew:
            photo, video = crew.examine(files)
        assert isinstance(photo, Unreadable)
        assert isinstance(video, Examined)

    def test_only_one_asker_at_a_time_claims(self) -> None:
        asked, inside = [], threading.Lock()

        def claim(content: str) -> bool:
            assert inside.acquire(blocking=False)
            time.sleep(0.01)
            asked.append(content)
            inside.release()
            return len(asked) % 2 == 0

        names = [f"claim:{number}" for number in range(20)]
        results = results_of(*names, workers=3, claim=claim)
        assert sorted(asked) == sorted(names)
        assert len(reasons(results)) == 10

    def test_an_error_of_the_claim_comes_out(self) -> None:
        def claim(_content: str) -> bool:
            raise RuntimeError("the library is gone")

        with pytest.raises(RuntimeError, match="the library is gone"):
            results_of("a", "claim:1", "b", claim=claim)

    def test_a_slow_file_holds_up_only_so_many(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(crews, "WINDOW", 6)
        asked: list[str] = []
        names = ["sleep:1.5", *(f"claim:{number}" for number in range(30))]
        with Crew(ORDERS, 2, lambda content: not asked.append(content)) as crew:
            results = crew.examine(named(*names))
            next(results)
            assert len(asked) <= 6
            assert len(list(results)) == 30
        assert len(asked) == 30

    def test_two_that_need_more_than_half_are_never_at_once(self) -> None:
        much = MAX_MEMORY * 2 // 3
        results = results_of(*(f"memory:{number}:{much}" for number in range(3)), workers=3)
        spans = sorted(tuple(map(float, why.split())) for why in reasons(results).values())
        for (_begun, ended), (begun, _ended) in pairwise(spans):
            assert ended <= begun

    def test_two_that_need_little_are_at_once(self) -> None:
        little = MAX_MEMORY // 3
        results = results_of(*(f"memory:{number}:{little}" for number in range(6)), workers=2)
        spans = sorted(tuple(map(float, why.split())) for why in reasons(results).values())
        assert any(begun < ended for (_, ended), (begun, _) in pairwise(spans))

    def test_asking_twice_is_no_deadlock(self) -> None:
        much = MAX_MEMORY * 2 // 3
        names = [f"memory:{number}:{much}:{MAX_MEMORY}" for number in range(4)]
        assert len(results_of(*names, workers=2)) == 4

    def test_a_crash_gives_its_memory_back(self) -> None:
        names = [f"memory and crash:{number}:{MAX_MEMORY}" for number in range(3)]
        assert len(reasons(results_of(*names))) == 3

    @pytest.mark.parametrize("after", [0, 1])
    def test_leaving_early_ends_everybody_at_once(self, after: int) -> None:
        leave("a", "sleep:100", "sleep:101", f"memory:1:{MAX_MEMORY}", "b", after=after)

    def test_leaving_while_others_wait_for_memory(self) -> None:
        leave("a", *(f"memory and sleep:100:{MAX_MEMORY}" for _ in range(4)), after=1)


def leave(*names: str, after: int) -> None:
    """Ctrl-C after so many results, and half a second."""

    def use() -> None:
        with Crew(ORDERS, 3, lambda _content: True) as crew:
            results = crew.examine(named(*names))
            for _ in range(after):
                next(results)
            time.sleep(0.5)
            raise KeyboardInterrupt

    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        use()
    assert time.monotonic() - started < SOON


class TestThatDoesNotStart:
    @pytest.mark.parametrize("workers", [1, 3])
    def test_a_worker_that_cannot_start_is_one_error(
        self, workers: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(crews, "WORKER", "raise OSError('no room for libcv.so')")
        with pytest.raises(PhotoclustError) as caught:
            results_of("a", "b", "c", workers=workers)
        assert caught.value.message == (
            "A worker process could not be started (OSError: no room for libcv.so)."
        )
        assert caught.value.hint == "Run `photoclust doctor`."

    def test_a_worker_that_ends_without_a_word(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(crews, "WORKER", "sys.exit(3)")
        with pytest.raises(PhotoclustError, match=r"could not be started \(exit code 3\)"):
            results_of("a")

    def test_a_worker_that_never_gets_ready(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(crews, "WORKER", "import time; time.sleep(100)")
        monkeypatch.setattr(crews, "START_LIMIT", 0.5)
        with pytest.raises(PhotoclustError, match="could not be started"):
            results_of("a")

    def test_a_pack_that_cannot_be_loaded_keeps_its_hint(self, tmp_path: Path) -> None:
        gone = Orders("mine", str(tmp_path / "gone"), "f" * 64)
        with pytest.raises(PackError) as caught:
            results_of("a", "b", orders=gone)
        assert str(tmp_path / "gone") in caught.value.message
        assert caught.value.hint


class TestPurse:
    def test_who_asks_first_is_served_first(self) -> None:
        purse, served = crews._Purse(10), []

        def ask(name: str, amount: int) -> None:
            purse.take(amount)
            served.append(name)
            purse.give_back(amount)

        purse.take(10)
        askers = []
        for name, amount in (("much", 9), ("little", 1), ("all", 10), ("more", 2)):
            askers.append(threading.Thread(target=ask, args=(name, amount)))
            askers[-1].start()
            time.sleep(0.05)
        purse.give_back(3)  # enough for who came second
        time.sleep(0.05)
        assert served == []
        purse.give_back(7)
        for asker in askers:
            asker.join(SOON)
        assert served == ["much", "little", "all", "more"]
