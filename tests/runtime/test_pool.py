"""Pools: few connections, filled up before another is opened."""

from __future__ import annotations

from typing import Any, cast

from tickwright.core.subscriptions import Ledger
from tickwright.runtime.pool import SessionPool
from tickwright.runtime.routes import Route
from tickwright.runtime.session import SessionRunner
from tickwright.venues.base import Channel, StreamKind


def routes(*names: str) -> list[Route]:
    def decode(frame: bytes, received_ns: int, subject: None) -> Any:
        raise AssertionError("no frame comes here")

    return [Route(Channel(name, StreamKind(decode))) for name in names]


class FakeRunner:
    """A session that holds three streams and connects to nothing."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.ledger = Ledger(streams_per_request=10, streams_max=3)
        self.routes: dict[str, Route] = {}

    def want(self, wanted: list[Route]) -> None:
        for each in wanted:
            self.routes[each.name] = each
            self.ledger.want(each.name)

    def unwant(self, unwanted: list[Route]) -> None:
        for each in unwanted:
            del self.routes[each.name]
            self.ledger.unwant(each.name)


class Pooled:
    def __init__(self) -> None:
        self.dropped: list[int] = []
        self.pool = SessionPool(
            lambda number: cast(SessionRunner, FakeRunner(number)),
            lambda runner: self.dropped.append(cast(Any, runner).number),
        )

    def placed(self) -> list[list[str]]:
        return [list(runner.routes) for runner in self.pool]


def test_g28_streams_fill_a_connection_before_another_is_opened() -> None:
    pooled = Pooled()
    pooled.pool.want(routes("a", "b"))
    pooled.pool.want(routes("c", "d", "e", "f", "g"))
    assert pooled.placed() == [["a", "b", "c"], ["d", "e", "f"], ["g"]]


def test_a_place_that_was_given_up_is_used_again() -> None:
    pooled = Pooled()
    a, *rest = routes("a", "b", "c", "d")
    pooled.pool.want([a, *rest])
    pooled.pool.unwant(a)
    pooled.pool.want(routes("x"))
    assert pooled.placed() == [["b", "c", "x"], ["d"]]


def test_a_connection_that_serves_nothing_is_closed() -> None:
    pooled = Pooled()
    wanted = routes("a", "b", "c", "d")
    pooled.pool.want(wanted)
    pooled.pool.unwant(wanted[3])
    assert pooled.dropped == [2]
    assert pooled.pool.carrier(wanted[3]) is None


def test_giving_up_what_nobody_carries_changes_nothing() -> None:
    pooled = Pooled()
    pooled.pool.unwant(routes("a")[0])
    assert pooled.placed() == []


def test_the_carrier_of_a_route_is_found() -> None:
    pooled = Pooled()
    wanted = routes("a", "b", "c", "d")
    pooled.pool.want(wanted)
    carrier = pooled.pool.carrier(wanted[3])
    assert carrier is not None
    assert cast(Any, carrier).number == 2
