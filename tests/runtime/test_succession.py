"""Successions by hand: frames are held, handed over in order, and never lost to a successor that fails."""

from __future__ import annotations

from typing import Any, cast

from tickwright.core.session import SessionState
from tickwright.errors import DecodeError
from tickwright.runtime.routes import Route, Tap
from tickwright.runtime.session import SessionRunner
from tickwright.runtime.succession import OVERLAP_S, PATIENCE_S, Progress, Succession
from tickwright.venues.base import Channel, StreamKind


class FakeMachine:
    state = SessionState.LIVE


class FakeRunner:
    """A session as far as a succession knows it."""

    def __init__(self, *routes: Route) -> None:
        self.routes = {route.name: route for route in routes}
        self.machine = FakeMachine()
        self.is_settled = False
        self.unreadable: list[bytes] = []
        self.watchdog = object()
        self.farewell = ""
        self.pauses = 0

    def want(self, routes: list[Route]) -> None:
        self.routes.update((route.name, route) for route in routes)

    def unwant(self, routes: list[Route]) -> None:
        for route in routes:
            del self.routes[route.name]

    def adopt(self, routes: list[Route], pauses: int, watchdog: object) -> None:
        self.want(routes)
        self.pauses += pauses
        self.watchdog = watchdog

    def disown(self, reason: str) -> tuple[int, object]:
        self.routes.clear()
        self.farewell = reason
        return self.pauses, self.watchdog

    def on_unreadable(self, stream: str, error: DecodeError, frame: bytes) -> None:
        self.unreadable.append(frame)


def decode(frame: bytes, received_ns: int, subject: None) -> Any:
    if frame == b"broken":
        raise DecodeError("broken")
    return frame.decode()


class Passed:
    """An old session with one stream, its successor, and what came out."""

    def __init__(self) -> None:
        self.events: list[Any] = []
        self.route = Route(Channel("s", StreamKind(decode)))
        self.route.add(Tap(str, self.events.append))
        self.old, self.new = FakeRunner(self.route), FakeRunner()
        self.succession = Succession(
            cast(SessionRunner, self.old), cast(SessionRunner, self.new), 0.0, "a test"
        )

    def bring(self, runner: FakeRunner, *frames: bytes, stream: str = "s") -> None:
        for frame in frames:
            route = runner.routes[stream]
            route.handle(frame, 7)


def test_g23_what_the_successor_brings_is_held_until_it_takes_over() -> None:
    passed = Passed()
    passed.bring(passed.old, b"1")
    passed.bring(passed.new, b"2")
    assert passed.events == ["1"]
    passed.new.is_settled = True
    assert passed.succession.step(1.0) is Progress.WAITING
    passed.bring(passed.old, b"2")
    assert passed.succession.step(1.0 + OVERLAP_S) is Progress.DONE
    assert passed.events == ["1", "2", "2"], "the pipe behind the route drops what it has seen"
    passed.bring(passed.new, b"3")
    assert passed.events[-1] == "3"
    assert passed.old.routes == {}


def test_a_successor_that_loses_its_footing_starts_its_overlap_anew() -> None:
    passed = Passed()
    passed.new.is_settled = True
    passed.succession.step(1.0)
    passed.new.is_settled = False
    passed.succession.step(2.0)
    passed.new.is_settled = True
    passed.succession.step(3.0)
    assert passed.succession.step(2.9 + OVERLAP_S) is Progress.WAITING
    assert passed.succession.step(3.0 + OVERLAP_S) is Progress.DONE


def test_a_successor_that_is_not_subscribed_in_time_is_given_up() -> None:
    passed = Passed()
    assert passed.succession.step(PATIENCE_S) is Progress.WAITING
    assert passed.succession.step(PATIENCE_S + 0.1) is Progress.FAILED
    assert passed.old.routes, "the old session goes on"


def test_an_old_session_that_was_lost_meanwhile_heals_by_itself() -> None:
    passed = Passed()
    passed.old.machine.state = SessionState.WAITING
    assert passed.succession.step(1.0) is Progress.FAILED


def test_when_the_old_connection_ends_a_ready_successor_takes_over_at_once() -> None:
    passed = Passed()
    assert passed.succession.rush() is Progress.FAILED
    passed.new.is_settled = True
    passed.bring(passed.new, b"4")
    assert passed.succession.rush() is Progress.DONE
    assert passed.events == ["4"]


def test_a_held_frame_that_cannot_be_read_is_reported_and_the_next_one_delivered() -> None:
    passed = Passed()
    passed.new.is_settled = True
    passed.bring(passed.new, b"broken", b"5")
    passed.succession.rush()
    assert passed.new.unreadable == [b"broken"]
    assert passed.events == ["5"]


def test_streams_wanted_and_given_up_meanwhile_are_followed() -> None:
    passed = Passed()
    other = Route(Channel("t", StreamKind(decode)))
    other.add(Tap(str, passed.events.append))
    passed.old.want([other])
    passed.succession.want([other])
    passed.succession.unwant(passed.route)
    passed.old.unwant([passed.route])
    passed.new.is_settled = True
    passed.bring(passed.new, b"6", stream="t")
    passed.succession.rush()
    assert list(passed.new.routes) == ["t"]
    assert passed.events == ["6"]


def test_a_held_back_reader_stays_held_back_on_the_successor() -> None:
    passed = Passed()
    passed.old.pauses = 2
    passed.new.is_settled = True
    passed.succession.rush()
    assert passed.new.pauses == 2


def test_what_the_watchdog_learned_goes_over_and_the_old_session_says_why_it_ends() -> None:
    passed = Passed()
    watchdog = passed.old.watchdog
    passed.new.is_settled = True
    passed.succession.rush()
    assert passed.new.watchdog is watchdog
    assert passed.old.farewell == "renewed: a test"
