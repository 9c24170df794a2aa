"""What goes wrong with user events on their way, for both products, over loopback sockets and in memory."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.sandbox.listener import NETWORKS, PRODUCTS, SPOT, USDM, Listener, Scenario, play

from tickwright.errors import ConnectivityError


FILL = {
    SPOT: ["executionReport", "executionReport", "outboundAccountPosition"],
    USDM: ["ORDER_TRADE_UPDATE", "TRADE_LITE", "ORDER_TRADE_UPDATE", "ACCOUNT_UPDATE"],
}
everywhere = pytest.mark.parametrize("network", NETWORKS)
of_both = pytest.mark.parametrize("product", PRODUCTS)


def orders_in(listener: Listener) -> list[int]:
    """Return the orders that events tell of, each once, in the order in which they were first told of."""
    found = [event.get("i") or event.get("o", {}).get("i") for event in listener.events]
    return list(dict.fromkeys(number for number in found if number))


def both(scenario: Scenario, network: str) -> None:
    for product in PRODUCTS:
        play(network, product, scenario)


@everywhere
@of_both
def test_the_answer_comes_first_then_the_events(network: str, product: str) -> None:
    async def scenario(listener: Listener) -> None:
        await listener.buy()
        await asyncio.sleep(1)
        assert listener.log == ["reply", *FILL[product]]

    play(network, product, scenario)


@everywhere
@of_both
def test_events_may_come_first(network: str, product: str) -> None:
    async def scenario(listener: Listener) -> None:
        listener.faults.fill_before_ack = True
        await listener.buy()
        assert listener.log == [*FILL[product], "reply"]

    play(network, product, scenario)


@everywhere
def test_events_may_be_late_and_keep_their_order(network: str) -> None:
    async def scenario(listener: Listener) -> None:
        listener.faults.report_delay_s = 5.0
        bought_s = listener.now_s
        first, second = (await listener.buy())["orderId"], (await listener.buy())["orderId"]
        await asyncio.sleep(4)
        assert listener.log == ["reply", "reply"]
        await asyncio.sleep(4)
        assert listener.log[2:] == 2 * FILL[listener.product]
        assert orders_in(listener) == [first, second]
        assert all(at_s >= bought_s + 5 for at_s in listener.at_s)

    both(scenario, network)


@everywhere
def test_late_events_are_overtaken_once_the_delay_is_over(network: str) -> None:
    async def scenario(listener: Listener) -> None:
        listener.faults.report_delay_s = 5.0
        first = (await listener.buy())["orderId"]
        await asyncio.sleep(1)
        listener.faults.report_delay_s = 0.0
        second = (await listener.buy())["orderId"]
        await asyncio.sleep(10)
        assert orders_in(listener) == [second, first]

    both(scenario, network)


@everywhere
def test_some_events_come_twice(network: str) -> None:
    async def scenario(listener: Listener) -> None:
        listener.faults.double_reports = 2
        await listener.buy()
        await asyncio.sleep(1)
        one, two, *rest = FILL[listener.product]
        assert listener.log == ["reply", one, one, two, two, *rest]
        assert listener.events[0] == listener.events[1]
        assert listener.events[2] == listener.events[3]

    both(scenario, network)


@everywhere
def test_a_lost_answer_does_not_keep_the_events_back(network: str) -> None:
    async def scenario(listener: Listener) -> None:
        listener.faults.replies_lost = 1
        with pytest.raises(ConnectivityError):
            await listener.buy()
        await asyncio.sleep(1)
        assert listener.log == FILL[listener.product]
        await listener.buy()

    both(scenario, network)


@everywhere
@pytest.mark.parametrize("executes", [True, False])
def test_an_answer_that_says_nothing_is_followed_by_events_only_if_the_order_was_executed(
    network: str, executes: bool
) -> None:
    async def scenario(listener: Listener) -> None:
        listener.faults.order_failures = 1
        listener.faults.order_failure_executes = executes
        assert (await listener.buy())["code"] == -1007
        await asyncio.sleep(1)
        assert listener.log == ["reply", *(FILL[listener.product] if executes else [])]

    both(scenario, network)


@everywhere
def test_events_hold_what_nobody_knows(network: str) -> None:
    async def scenario(listener: Listener) -> None:
        faults = listener.faults
        faults.unknown_keys = faults.shuffled_keys = faults.unknown_enums = True
        faults.unknown_events = 1
        await listener.buy()
        await asyncio.sleep(1)
        first, strange, *_ = listener.events
        assert strange["e"] == "UNHEARD_OF"
        assert "zz9" in first
        states = first["o"] if listener.product == USDM else first
        assert states["X"] == "UNHEARD_OF"
        assert sorted(listener.log) == sorted(["reply", "UNHEARD_OF", *FILL[listener.product]])

    both(scenario, network)


@everywhere
def test_user_events_may_be_lost_or_withheld(network: str) -> None:
    async def scenario(listener: Listener) -> None:
        expected = FILL[listener.product]
        for field, value in (
            ("silent_streams", {"user/*"}),
            ("is_mute", True),
            ("black_hole", True),
        ):
            healthy = getattr(listener.faults, field)
            setattr(listener.faults, field, value)
            await listener.buy()
            await asyncio.sleep(1)
            assert [kind for kind in listener.log if kind != "reply"] == [], field
            setattr(listener.faults, field, healthy)
        listener.log.clear()
        listener.faults.drop["user/*"] = 1
        await listener.buy()
        await asyncio.sleep(1)
        assert listener.log == ["reply", *expected[1:]]

    both(scenario, network)


@everywhere
def test_types_of_events_can_be_struck_one_by_one(network: str) -> None:
    async def scenario(listener: Listener) -> None:
        listener.faults.silent_streams.add("user/*/TRADE_LITE")
        listener.faults.delay["user/*/ORDER_TRADE_UPDATE"] = 2
        await listener.buy()
        await asyncio.sleep(3)
        assert listener.log == [
            "reply",
            "ACCOUNT_UPDATE",
            "ORDER_TRADE_UPDATE",
            "ORDER_TRADE_UPDATE",
        ]

    play(network, USDM, scenario)


@everywhere
def test_the_connection_may_end_in_the_middle_of_events(network: str) -> None:
    async def scenario(listener: Listener) -> None:
        listener.faults.close_after_frames, listener.faults.close_after_code = 2, 1008
        await listener.buy()
        await asyncio.sleep(1)
        assert listener.log == ["reply", *FILL[listener.product][:2]]
        assert listener.closes == [1008]
        listener.faults.close_after_frames = None
        await listener.listen()
        await asyncio.sleep(1)
        assert listener.log == []  # nothing is told again
        await listener.buy()
        await asyncio.sleep(1)
        assert listener.log == ["reply", *FILL[listener.product]]

    both(scenario, network)


@everywhere
def test_a_socket_that_is_cut_before_the_events_hears_none_of_them(network: str) -> None:
    async def scenario(listener: Listener) -> None:
        listener.faults.report_delay_s = 2.0
        await listener.buy()
        listener.sandbox.close_sockets(1006)
        await asyncio.sleep(1)
        await listener.listen()
        await asyncio.sleep(3)
        # Those that were under way find whoever listens when they arrive.
        assert listener.closes == [1006]
        assert listener.log == FILL[listener.product]

    both(scenario, network)


@everywhere
def test_who_places_orders_at_once_hears_of_them_in_the_engines_order(network: str) -> None:
    async def scenario(listener: Listener) -> None:
        placed: list[Any] = await asyncio.gather(*(listener.buy() for _ in range(10)))
        await asyncio.sleep(1)
        assert orders_in(listener) == sorted(answer["orderId"] for answer in placed)

    both(scenario, network)
