"""Routes: what reaches whom, and what a frame costs nobody."""

from __future__ import annotations

from typing import Any

import pytest

from tickwright.errors import DecodeError
from tickwright.runtime.routes import Route, Tap
from tickwright.venues.base import Channel, StreamKind


class Apple(str):
    __slots__ = ()


class Pear(str):
    __slots__ = ()


def decode_apple(frame: bytes, received_ns: int, tree: str) -> Any:
    return Apple(f"{frame.decode()}@{received_ns} of the {tree}")


def decode_basket(frame: bytes, received_ns: int, tree: str) -> Any:
    return [Apple("a"), Pear("p"), Apple("b")]


def decode_first_apple(frame: bytes, received_ns: int, tree: str) -> Any:
    return Apple("a")


def route(decode: Any = decode_apple, *, is_many: bool = False) -> Route:
    return Route(Channel("fruit", StreamKind(decode, is_many=is_many), "tree"))


def test_one_event_a_frame_with_its_subject_goes_to_the_only_taker() -> None:
    got: list[Any] = []
    fruit = route()
    fruit.add(Tap(Apple, got.append))
    fruit.handle(b"x", 7)
    assert got == ["x@7 of the tree"]


def test_several_takers_get_the_same_event_object() -> None:
    first: list[Any] = []
    second: list[Any] = []
    fruit = route()
    fruit.add(Tap(Apple, first.append))
    fruit.add(Tap(Apple, second.append))
    fruit.handle(b"x", 7)
    assert first[0] is second[0]


def test_a_frame_of_many_events_is_sorted_by_type() -> None:
    apples: list[Any] = []
    pears: list[Any] = []
    fruit = route(decode_basket, is_many=True)
    fruit.add(Tap(Apple, apples.append))
    fruit.add(Tap(Pear, pears.append))
    fruit.handle(b"", 0)
    assert (apples, pears) == (["a", "b"], ["p"])


def test_events_that_nobody_asked_for_are_dropped() -> None:
    pears: list[Any] = []
    fruit = route(decode_basket, is_many=True)
    fruit.add(Tap(Pear, pears.append))
    fruit.handle(b"", 0)
    assert pears == ["p"]


def test_a_frame_is_read_for_one_type_of_event_while_nobody_wants_another() -> None:
    kind = StreamKind(decode_basket, is_many=True, only={Apple: decode_first_apple})  # type: ignore[dict-item]  # fruit for events
    fruit = Route(Channel("fruit", kind, "tree"))
    apples: list[Any] = []
    pears: list[Any] = []
    tap = Tap(Pear, pears.append)
    fruit.add(Tap(Apple, apples.append))
    fruit.handle(b"", 0)
    assert apples == ["a"], "the cheaper decoder makes one"
    fruit.add(tap)
    fruit.handle(b"", 0)
    assert (apples, pears) == (["a", "a", "b"], ["p"]), "now all are wanted"
    fruit.remove(tap)
    fruit.add(Tap(Apple, apples.append))
    fruit.handle(b"", 0)
    assert apples == ["a", "a", "b", "a", "a"], "one again, for two takers"


def test_a_type_that_cannot_be_read_alone_is_picked_from_all() -> None:
    kind = StreamKind(decode_basket, is_many=True, only={Apple: decode_first_apple})  # type: ignore[dict-item]  # fruit for events
    fruit = Route(Channel("fruit", kind, "tree"))
    pears: list[Any] = []
    fruit.add(Tap(Pear, pears.append))
    fruit.handle(b"", 0)
    assert pears == ["p"]


def test_a_removed_taker_gets_no_more_and_a_route_without_takers_is_idle() -> None:
    got: list[Any] = []
    fruit = route()
    tap = Tap(Apple, got.append)
    fruit.add(tap)
    fruit.remove(tap)
    assert fruit.is_idle
    fruit.handle(b"x", 7)
    assert got == []


def test_a_decoder_s_error_comes_through_to_the_caller() -> None:
    def broken(frame: bytes, received_ns: int, tree: str) -> Any:
        raise DecodeError("nonsense")

    fruit = route(broken)
    fruit.add(Tap(Apple, print))
    with pytest.raises(DecodeError):
        fruit.handle(b"x", 7)


def test_the_time_of_the_last_frame_is_taken_when_somebody_looks() -> None:
    fruit = route()
    assert not fruit.sample(1.0)
    fruit.frames += 3
    assert fruit.sample(2.0)
    assert not fruit.sample(3.0)
    assert fruit.last_frame_s == 2.0


def test_on_a_new_connection_nothing_was_delivered_yet() -> None:
    fruit = route()
    fruit.frames += 3
    fruit.sample(2.0)
    fruit.frames += 1
    fruit.forget_time()
    assert fruit.last_frame_s is None
    assert not fruit.sample(4.0), "what came on the old connection does not count"


def test_a_stream_of_single_events_of_two_kinds_is_sorted_too() -> None:
    def decode(frame: bytes, received_ns: int, tree: str) -> Any:
        return (Apple if frame == b"a" else Pear)(frame.decode())

    apples: list[Any] = []
    pears: list[Any] = []
    fruit = route(decode)
    fruit.add(Tap(Apple, apples.append))
    fruit.add(Tap(Pear, pears.append))
    for frame in (b"a", b"p", b"a"):
        fruit.handle(frame, 0)
    assert (apples, pears) == (["a", "a"], ["p"])


def test_a_stream_begins_anew_where_it_is_carried() -> None:
    class Carrying:
        def __init__(self) -> None:
            self.renewed: list[str] = []

        def pause(self) -> None: ...
        def resume(self) -> None: ...
        def renew(self, stream: str) -> None:
            self.renewed.append(stream)

    fruit, carrier = route(), Carrying()
    fruit.renew()
    fruit.carrier = carrier
    fruit.renew()
    assert carrier.renewed == ["fruit"]
