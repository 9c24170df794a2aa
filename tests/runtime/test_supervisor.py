"""Restarts, their delays and limits, who else is concerned, and stopping: all on virtual time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from random import Random

import pytest

from tickwright.core.restart import RestartPolicy
from tickwright.errors import (
    Closed,
    ConnectFailed,
    RateLimited,
    TooManyRestarts,
    UsageError,
)
from tickwright.runtime.supervisor import (
    ChildSpec,
    ChildStatus,
    Intensity,
    Restart,
    Strategy,
    Supervisor,
)
from tickwright.testing.virtual_time import VirtualClock, virtual_time


SMOOTH = RestartPolicy(jitter=0)
BUG = "which is a bug"


class Part:
    """A child that notes its starts and stops, and ends when told to."""

    def __init__(self, name: str, story: list[str]) -> None:
        self.name = name
        self.story = story
        self.starts = 0
        self.end: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def run(self) -> None:
        self.starts += 1
        self.story.append(f"+{self.name}")
        self.end = asyncio.get_running_loop().create_future()
        try:
            await self.end
        finally:
            self.story.append(f"-{self.name}")

    def crash(self, error: BaseException) -> None:
        self.end.set_exception(error)

    def spec(self, restart: Restart = Restart.PERMANENT) -> ChildSpec:
        return ChildSpec(name=self.name, start=self.run, restart=restart, delays=SMOOTH)


def parts(names: str) -> tuple[list[str], list[Part]]:
    story: list[str] = []
    return story, [Part(name, story) for name in names]


def supervisor(
    children: Iterable[Part] = (),
    *,
    name: str = "root",
    strategy: Strategy = Strategy.ONE_FOR_ONE,
    intensity: Intensity | None = Intensity(restarts=3, period_s=60),  # noqa: B008 - immutable
) -> Supervisor:
    return Supervisor(
        name,
        VirtualClock(),
        Random(1),
        strategy=strategy,
        intensity=intensity,
        children=[part.spec() for part in children],
    )


def states(status: Iterable[ChildStatus]) -> dict[str, str]:
    return {child.name: child.state for child in status}


class TestStartAndStop:
    @virtual_time
    async def test_children_start_in_order_and_stop_in_reverse(self) -> None:
        story, children = parts("abc")
        async with supervisor(children):
            await asyncio.sleep(1)
        assert story == ["+a", "+b", "+c", "-c", "-b", "-a"]

    @virtual_time
    async def test_a_child_may_be_added_and_removed_while_it_runs(self) -> None:
        story, (first, second) = parts("ab")
        async with supervisor([first]) as root:
            root.add(second.spec())
            await asyncio.sleep(1)
            assert states(root.status()) == {"a": "running", "b": "running"}
            root.remove("b")
            root.remove("b")
            await asyncio.sleep(1)
            assert states(root.status()) == {"a": "running"}
            assert story == ["+a", "+b", "-b"]

    @virtual_time
    async def test_a_removed_child_that_crashed_or_waits_is_not_started_again(self) -> None:
        _, (part,) = parts("a")
        async with supervisor([part]) as root:
            await asyncio.sleep(1)
            part.crash(ConnectFailed("no"))
            await asyncio.sleep(0.5)
            root.remove("a")
            await asyncio.sleep(100)
        assert part.starts == 1

    @virtual_time
    @pytest.mark.parametrize("is_closed_at_once", [False, True])
    async def test_g27_a_removed_child_says_goodbye_undisturbed(
        self, is_closed_at_once: bool
    ) -> None:
        story = []

        async def run() -> None:
            try:
                await asyncio.sleep(1000)
            finally:
                story.append("goodbye")
                await asyncio.sleep(1)
                story.append("gone")

        async with supervisor([]) as root:
            root.add(ChildSpec(name="polite", start=run))
            await asyncio.sleep(1)
            root.remove("polite")
            if not is_closed_at_once:
                await asyncio.sleep(2)
                assert story == ["goodbye", "gone"]
        assert story == ["goodbye", "gone"]

    @virtual_time
    async def test_names_are_unique_while_in_use(self) -> None:
        _, (part,) = parts("a")
        root = supervisor([part])
        with pytest.raises(UsageError, match="'a' already"):
            root.add(part.spec())
        root.remove("a")
        root.add(part.spec())

    @virtual_time
    async def test_g27_a_child_that_will_not_stop_is_left_behind_and_named(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        story, (good,) = parts("a")
        ends = asyncio.Event()

        async def stubborn() -> None:
            while not ends.is_set():
                try:
                    await ends.wait()
                except asyncio.CancelledError:
                    pass

        root = supervisor([good])
        root.add(ChildSpec(name="stubborn", start=stubborn, stop_timeout_s=3))
        loop = asyncio.get_running_loop()
        async with root:
            await asyncio.sleep(1)
            before_s = loop.time()
        assert loop.time() - before_s == pytest.approx(3)
        assert "root/stubborn did not end within 3 s" in caplog.text
        assert story == ["+a", "-a"]
        ends.set()
        await asyncio.sleep(0)

    @virtual_time
    async def test_a_crash_while_stopping_is_logged(self, caplog: pytest.LogCaptureFixture) -> None:
        async def clumsy() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                raise ValueError("slipped")

        root = supervisor()
        root.add(ChildSpec(name="clumsy", start=clumsy))
        async with root:
            await asyncio.sleep(1)
        assert "root/clumsy crashed while it was stopped" in caplog.text

    @virtual_time
    async def test_g27_closing_twice_cancelled_stops_all_at_once(self) -> None:
        slow: list[str] = []

        def tidy(name: str) -> ChildSpec:
            async def run() -> None:
                try:
                    await asyncio.Event().wait()
                finally:
                    slow.append(name)
                    await asyncio.sleep(1.5)

            return ChildSpec(name=name, start=run)

        async def main() -> None:
            root = supervisor()
            for name in "abc":
                root.add(tidy(name))
            async with root:
                await asyncio.Event().wait()

        loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as tasks:
            task = tasks.create_task(main())
            await asyncio.sleep(1)
            task.cancel()
            await asyncio.sleep(0.5)
            before_s = loop.time()
            task.cancel()
        assert task.cancelled()
        assert slow == ["c", "a", "b"]
        assert loop.time() - before_s <= 2.0
        assert asyncio.all_tasks() == {asyncio.current_task()}

    @virtual_time
    async def test_it_runs_once_at_a_time_and_again_later(self) -> None:
        _, (part,) = parts("a")
        root = supervisor([part])
        assert not root.is_running
        for _ in range(2):
            async with root:
                assert root.is_running
                with pytest.raises(UsageError, match="runs already"):
                    await root.run()
                await asyncio.sleep(1)
        assert part.starts == 2
        assert states(root.status()) == {"a": "idle"}

    @virtual_time
    async def test_waiting_for_one_that_was_not_entered_is_an_error(self) -> None:
        with pytest.raises(UsageError, match="async with"):
            await supervisor().wait()


class TestRestarts:
    @virtual_time
    async def test_a_crashed_child_starts_again_after_its_delay(self) -> None:
        story, (part, other) = parts("ab")
        async with supervisor([part, other]) as root:
            await asyncio.sleep(1)
            part.crash(ValueError("bug"))
            await asyncio.sleep(0.9)
            (told, _) = root.status()
            assert (told.state, told.last_error) == ("waiting", "ValueError: bug")
            assert told.restart_in_s == pytest.approx(0.1)
            await asyncio.sleep(0.2)
            assert root.status()[0].restarts == 1
            assert states(root.status()) == {"a": "running", "b": "running"}
            assert story == ["+a", "+b", "-a", "+a"]

    @virtual_time
    async def test_delays_grow_until_it_was_healthy_for_a_while(self) -> None:
        _, (part,) = parts("a")
        waits: list[float | None] = []
        async with supervisor([part], intensity=None) as root:
            for lived_s in (1, 1, 1, 31):
                await asyncio.sleep(lived_s)
                part.crash(ValueError("bug"))
                await asyncio.sleep(0.001)
                waits.append(root.status()[0].restart_in_s)
                await asyncio.sleep(10)
        assert waits == pytest.approx([1, 2, 4, 1], abs=0.01)

    @virtual_time
    async def test_a_permanent_child_that_returns_starts_again_and_a_transient_one_does_not(
        self,
    ) -> None:
        _, (permanent, transient) = parts("ab")
        root = supervisor()
        root.add(permanent.spec(Restart.PERMANENT))
        root.add(transient.spec(Restart.TRANSIENT))
        async with root:
            await asyncio.sleep(1)
            permanent.end.set_result(None)
            transient.end.set_result(None)
            await asyncio.sleep(5)
            assert (permanent.starts, transient.starts) == (2, 1)
            assert states(root.status()) == {"a": "running", "b": "ended"}

    @virtual_time
    async def test_a_temporary_child_is_forgotten_when_it_ends(self) -> None:
        _, (part,) = parts("a")
        root = supervisor()
        root.add(part.spec(Restart.TEMPORARY))
        async with root:
            await asyncio.sleep(1)
            part.crash(ValueError("bug"))
            await asyncio.sleep(5)
            assert root.status() == ()
        assert part.starts == 1

    @virtual_time
    async def test_one_that_fails_before_its_first_await_is_a_crash_as_well(self) -> None:
        def start() -> object:
            raise ValueError("no coroutine at all")

        root = supervisor(intensity=None)
        root.add(ChildSpec(name="a", start=start, delays=SMOOTH))  # type: ignore[arg-type]  # the point
        async with root:
            await asyncio.sleep(0.5)
            assert root.status()[0].last_error == "ValueError: no coroutine at all"

    @virtual_time
    async def test_one_that_cancels_itself_is_started_again(self) -> None:
        _, (part,) = parts("a")
        async with supervisor([part]):
            await asyncio.sleep(1)
            part.end.cancel()
            await asyncio.sleep(2)
        assert part.starts == 2


class TestLogs:
    @virtual_time
    async def test_a_bug_is_logged_once_with_its_traceback(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        _, (part,) = parts("a")
        async with supervisor([part]):
            await asyncio.sleep(1)
            part.crash(ValueError("bug"))
            await asyncio.sleep(5)
        (record,) = caplog.records
        assert record.levelno == logging.ERROR
        assert record.exc_info is not None
        assert "root/a crashed" in record.message
        assert "restart in 1.0 s" in record.message

    @virtual_time
    async def test_what_the_world_does_is_a_warning_without_one(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        _, (part,) = parts("a")
        async with supervisor([part]):
            for error in (ConnectFailed("refused"), RateLimited("GET /time", 1)):
                await asyncio.sleep(5)
                part.crash(error)
            await asyncio.sleep(5)
        assert [record.levelno for record in caplog.records] == [logging.WARNING] * 2
        assert all(record.exc_info is None for record in caplog.records)
        assert BUG not in caplog.text


class TestGivingUp:
    @virtual_time
    async def test_too_many_bugs_in_a_while_end_the_supervisor_and_its_children(self) -> None:
        story, (part, other) = parts("ab")
        with pytest.raises(TooManyRestarts, match="gave up on a after 3 restarts"):
            async with supervisor([part, other]) as root:
                for _ in range(4):
                    await asyncio.sleep(9)
                    part.crash(ValueError("bug"))
                await root.wait()
        assert story[-1] == "-b"
        assert not root.is_running

    @virtual_time
    async def test_it_is_told_at_the_end_to_one_that_did_not_wait(self) -> None:
        _, (part,) = parts("a")
        with pytest.raises(TooManyRestarts):
            async with supervisor([part], intensity=Intensity(0, 60)):
                await asyncio.sleep(1)
                part.crash(ValueError("bug"))
                await asyncio.sleep(1)

    @virtual_time
    async def test_an_error_of_the_body_goes_first(self) -> None:
        _, (part,) = parts("a")
        with pytest.raises(KeyError):
            async with supervisor([part], intensity=Intensity(0, 60)):
                await asyncio.sleep(1)
                part.crash(ValueError("bug"))
                await asyncio.sleep(1)
                raise KeyError("body")

    @virtual_time
    async def test_bugs_far_apart_are_borne(self) -> None:
        _, (part,) = parts("a")
        async with supervisor([part]):
            for _ in range(10):
                await asyncio.sleep(40)
                part.crash(ValueError("bug"))
            await asyncio.sleep(40)
        assert part.starts == 11

    @virtual_time
    async def test_outages_are_borne_for_ever(self) -> None:
        root = supervisor(intensity=Intensity(0, 60))

        async def offline() -> None:
            raise ConnectFailed("no route")

        root.add(ChildSpec(name="a", start=offline, delays=SMOOTH))
        async with root:
            await asyncio.sleep(3600)
            told = root.status()[0]
            assert told.restarts > 50
            assert told.last_error == "ConnectFailed: no route"

    @virtual_time
    async def test_delays_with_a_limit_of_attempts_end_it_too(self) -> None:
        root = supervisor(intensity=None)

        async def offline() -> None:
            raise ConnectFailed("no route")

        delays = RestartPolicy(jitter=0, attempts_max=2)
        root.add(ChildSpec(name="a", start=offline, delays=delays))
        with pytest.raises(TooManyRestarts, match="ConnectFailed: no route"):
            async with root:
                await root.wait()


class TestRestForOne:
    @virtual_time
    async def test_those_after_it_stop_in_reverse_and_start_again_in_order(self) -> None:
        story, children = parts("abcd")
        async with supervisor(children, strategy=Strategy.REST_FOR_ONE) as root:
            await asyncio.sleep(1)
            story.clear()
            children[1].crash(ValueError("bug"))
            await asyncio.sleep(0.5)
            assert states(root.status()) == {
                "a": "running",
                "b": "waiting",
                "c": "waiting",
                "d": "waiting",
            }
            await asyncio.sleep(1)
            assert story == ["-b", "-d", "-c", "+b", "+c", "+d"]

    @virtual_time
    async def test_two_crashes_at_once_are_one_restart(self) -> None:
        _, children = parts("abc")
        async with supervisor(children, strategy=Strategy.REST_FOR_ONE):
            await asyncio.sleep(1)
            children[0].crash(ValueError("bug"))
            children[2].crash(ValueError("because of it"))
            await asyncio.sleep(5)
            assert [child.starts for child in children] == [2, 2, 2]

    @virtual_time
    async def test_a_temporary_follower_is_forgotten(self) -> None:
        _, (first, temporary) = parts("ab")
        root = supervisor([first], strategy=Strategy.REST_FOR_ONE)
        root.add(temporary.spec(Restart.TEMPORARY))
        async with root:
            await asyncio.sleep(1)
            first.crash(ValueError("bug"))
            await asyncio.sleep(5)
            assert states(root.status()) == {"a": "running"}

    @virtual_time
    async def test_its_last_child_concerns_nobody(self) -> None:
        story, (first, last) = parts("ab")
        async with supervisor([first, last], strategy=Strategy.REST_FOR_ONE):
            await asyncio.sleep(1)
            last.crash(ValueError("bug"))
            await asyncio.sleep(5)
            assert story == ["+a", "+b", "-b", "+b"]


class TestTrees:
    @virtual_time
    async def test_status_shows_the_whole_tree(self) -> None:
        _, (part,) = parts("a")
        venue = supervisor([part], name="binance")
        root = supervisor()
        root.add(venue.as_child())
        async with root:
            await asyncio.sleep(1)
            (told,) = root.status()
            assert (told.name, told.state) == ("binance", "running")
            assert states(told.children) == {"a": "running"}

    @virtual_time
    async def test_a_branch_that_gives_up_is_started_afresh_by_its_parent(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        _, (part,) = parts("a")
        venue = supervisor([part], name="binance", intensity=Intensity(0, 60))
        root = supervisor()
        root.add(venue.as_child(delays=SMOOTH))
        async with root:
            await asyncio.sleep(1)
            part.crash(ValueError("bug"))
            await asyncio.sleep(5)
            assert part.starts == 2
            assert root.status()[0].restarts == 1
        with_traceback = [record for record in caplog.records if record.exc_info]
        assert len(with_traceback) == 1

    @virtual_time
    async def test_g33_a_venue_that_crash_loops_disturbs_no_other(self) -> None:
        story, (healthy,) = parts("h")

        async def broken() -> None:
            await asyncio.sleep(0.01)
            raise ValueError("bug")

        root = supervisor(intensity=None)
        for name in ("bad1", "bad2", "bad3"):
            venue = supervisor(name=name)
            venue.add(ChildSpec(name="session", start=broken))
            root.add(venue.as_child())
        root.add(supervisor([healthy], name="good").as_child())
        async with root:
            await asyncio.sleep(3600)
            assert story == ["+h"]
            assert states(root.status())["good"] == "running"
            assert all(told.restarts > 5 for told in root.status()[:3])
        assert story == ["+h", "-h"]

    @virtual_time
    async def test_stopping_the_root_stops_leaves_first(self) -> None:
        story, (leaf, last) = parts("ab")
        root = supervisor()
        root.add(supervisor([leaf], name="venue").as_child())
        root.add(last.spec())
        async with root:
            await asyncio.sleep(1)
        assert story == ["+b", "+a", "-b", "-a"]


class TestSpawn:
    @virtual_time
    async def test_a_task_runs_once_under_its_name(self) -> None:
        done: list[str] = []

        async def work() -> None:
            task = asyncio.current_task()
            assert task is not None
            done.append(task.get_name())

        async with supervisor() as root:
            await root.spawn("work", work())
            await asyncio.sleep(1)
        assert done == ["root/work"]

    @virtual_time
    async def test_what_it_raises_is_logged_once_and_harms_nobody(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        story, (part,) = parts("a")

        async def work() -> None:
            raise ValueError("bug")

        async with supervisor([part]) as root:
            root.spawn("work", work())
            await asyncio.sleep(1)
            assert story == ["+a"]
        assert [record.message for record in caplog.records] == [f"root/work crashed, {BUG}"]

    @virtual_time
    async def test_g27_tasks_end_with_their_supervisor(self) -> None:
        async with supervisor() as root:
            task = root.spawn("work", asyncio.sleep(1e6))
            await asyncio.sleep(1)
        assert task.cancelled()
        assert asyncio.all_tasks() == {asyncio.current_task()}

    @virtual_time
    async def test_one_that_wants_another_while_all_end_is_no_bug(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        root, tried = supervisor(), list[str]()

        async def work() -> None:
            try:
                await asyncio.sleep(1e6)
            finally:
                tried.append("more")
                root.spawn("more", asyncio.sleep(1))

        async def works() -> None:
            async with asyncio.TaskGroup() as group:
                group.create_task(work())

        async with root:
            root.spawn("work", work())
            root.add(ChildSpec(name="child", start=works))
            await asyncio.sleep(1)
        assert tried == ["more", "more"]
        assert not caplog.records

    @virtual_time
    async def test_it_is_refused_when_nobody_would_own_it(self) -> None:
        root = supervisor()
        with pytest.raises(Closed, match="cannot own the task 'work'"):
            root.spawn("work", asyncio.sleep(1))
