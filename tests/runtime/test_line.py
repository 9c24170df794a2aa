"""A line: from a connection's callbacks to routes, and to the session that owns it."""

from __future__ import annotations

from typing import Any, cast

from tickwright.errors import DecodeError
from tickwright.io.clock import Clock
from tickwright.model.market import MarkPrice
from tickwright.runtime.line import Line, NumberedLine
from tickwright.runtime.routes import Route, Tap
from tickwright.venues.base import Channel, StreamKind, WsProtocol


RECEIVED_NS = 1_760_000_000_000_000_000


class StoppedClock:
    def time_ns(self) -> int:
        return RECEIVED_NS


class SpaceProtocol:
    """Frames are ``stream payload``; those without a space are something else."""

    def stream_of(self, frame: bytes) -> str | None:
        stream, space, _ = frame.partition(b" ")
        return stream.decode() if space else None


class Owner:
    """Notes everything that it is told, in order."""

    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []

    def on_other(self, frame: bytes, stream: str | None) -> None:
        self.told.append(("other", frame, stream))

    def on_unreadable(self, stream: str, error: DecodeError, frame: bytes) -> None:
        self.told.append(("unreadable", stream, str(error), frame))

    def on_crash(self, error: Exception) -> None:
        self.told.append(("crash", error))

    def on_hole(self, last: int, number: int) -> None:
        self.told.append(("hole", last, number))

    def on_pinged(self, payload: bytes) -> None:
        self.told.append(("ping", payload))

    def on_ponged(self) -> None:
        self.told.append(("pong",))

    def on_lost(self, line: Line, code: int, reason: str) -> None:
        self.told.append(("lost", line, code, reason))


class Rig:
    """A line with one route, ``good``, whose frames come out as text with the time of receiving."""

    def __init__(self) -> None:
        self.owner = Owner()
        self.got: list[Any] = []
        self.routes: dict[str, Route] = {}
        self.add("good", lambda frame, at_ns, _: cast(MarkPrice, f"{frame.decode()}@{at_ns}"))
        self.line = Line(
            self.owner,
            self.routes,
            cast(WsProtocol, SpaceProtocol()),
            cast(Clock, StoppedClock()),
        )

    def add(self, name: str, decode: Any) -> Route:
        route = Route(Channel(name, StreamKind(decode)))
        route.add(Tap(object, self.got.append))
        self.routes[name] = route
        return route


def test_a_data_frame_goes_to_its_route_stamped_with_the_time_of_receiving() -> None:
    rig = Rig()
    rig.line.on_frame(b"good 1")
    assert rig.got == [f"good 1@{RECEIVED_NS}"]
    assert rig.routes["good"].frames == 1
    assert rig.owner.told == []


def test_a_frame_of_no_route_goes_to_the_session_with_its_stream_if_it_has_one() -> None:
    rig = Rig()
    rig.line.on_frame(b'{"result":null,"id":1}')
    rig.line.on_frame(b"late 1")
    assert rig.owner.told == [
        ("other", b'{"result":null,"id":1}', None),
        ("other", b"late 1", "late"),
    ]
    assert rig.got == []


def test_a_route_that_is_added_later_is_found_at_once() -> None:
    rig = Rig()
    rig.add("new", lambda frame, at_ns, _: frame)
    rig.line.on_frame(b"new 1")
    assert rig.got == [b"new 1"]


def test_g25_an_unreadable_frame_is_reported_with_its_bytes_and_the_stream_goes_on() -> None:
    rig = Rig()

    def decode(frame: bytes, at_ns: int, subject: None) -> Any:
        if frame.endswith(b"bad"):
            raise DecodeError("no price", 5)
        return frame

    picky = rig.add("picky", decode)
    rig.line.on_frame(b"picky bad")
    rig.line.on_frame(b"picky fine")
    assert rig.owner.told == [("unreadable", "picky", "no price at byte 5", b"picky bad")]
    assert rig.got == [b"picky fine"]
    assert picky.frames == 2, "a frame that cannot be read still proves that the stream flows"


def test_a_bug_in_a_route_is_handed_over_and_never_thrown_at_the_socket() -> None:
    rig = Rig()
    bug = KeyError("p")

    def decode(frame: bytes, at_ns: int, subject: None) -> Any:
        raise bug

    rig.add("broken", decode)
    rig.line.on_frame(b"broken 1")
    assert rig.owner.told == [("crash", bug)]


def test_pings_and_pongs_are_passed_on() -> None:
    rig = Rig()
    rig.line.on_ping(b"17")
    rig.line.on_pong(b"18")
    assert rig.owner.told == [("ping", b"17"), ("pong",)]


def test_the_end_is_passed_on_and_remembered_for_who_was_still_connecting() -> None:
    rig = Rig()
    assert rig.line.closed is None
    rig.line.on_closed(1006, "EOF")
    assert rig.owner.told == [("lost", rig.line, 1006, "EOF")]
    assert rig.line.closed == (1006, "EOF")


def test_g10_a_retired_line_delivers_nothing_and_says_nothing() -> None:
    rig = Rig()
    rig.add("broken", lambda frame, at_ns, _: 1 / 0)
    rig.line.retire()
    for frame in (b"good 1", b"broken 1", b"other 1", b"{}"):
        rig.line.on_frame(frame)
    rig.line.on_ping(b"")
    rig.line.on_pong(b"")
    rig.line.on_closed(1000, "bye")
    assert rig.owner.told == []
    assert rig.got == []
    assert rig.line.closed == (1000, "bye")


def test_retiring_a_line_leaves_the_routes_to_its_successor() -> None:
    rig = Rig()
    rig.line.retire()
    assert set(rig.routes) == {"good"}


def test_a_line_that_retires_in_the_middle_of_a_frame_reports_nothing_of_it() -> None:
    rig = Rig()

    def decode(frame: bytes, at_ns: int, subject: None) -> Any:
        rig.line.retire()
        raise DecodeError("too late") if frame.endswith(b"d") else KeyError("too late")

    rig.add("last", decode)
    rig.line.on_frame(b"last d")
    again = Rig()
    again.add("last", decode)
    rig = again
    again.line.on_frame(b"last k")
    assert again.owner.told == []


def numbered() -> Rig:
    """Return a rig whose frames end in their number."""
    rig = Rig()

    def number_of(frame: bytes) -> int | None:
        last = frame.rpartition(b" ")[2]
        return int(last) if last.isdigit() else None

    rig.line = NumberedLine(
        rig.owner,
        rig.routes,
        cast(WsProtocol, SpaceProtocol()),
        cast(Clock, StoppedClock()),
        number_of,
    )
    return rig


def test_numbered_frames_go_on_while_each_follows_the_last_whatever_its_stream() -> None:
    rig = numbered()
    for frame in (b"good 7", b"other 8", b"good x", b"good 9"):
        rig.line.on_frame(frame)
    assert rig.routes["good"].frames == 3
    assert [told[0] for told in rig.owner.told] == ["other"]


def test_g05_a_missing_number_is_told_and_the_frame_after_it_not_decoded() -> None:
    rig = numbered()
    for frame in (b"good 7", b"good 9"):
        rig.line.on_frame(frame)
    assert rig.owner.told == [("hole", 7, 9)]
    assert rig.routes["good"].frames == 1


def test_g05_a_number_that_came_before_is_passed_over() -> None:
    rig = numbered()
    for frame in (b"good 7", b"good 7", b"good 6", b"good 8"):
        rig.line.on_frame(frame)
    assert rig.routes["good"].frames == 2
    assert rig.owner.told == []
