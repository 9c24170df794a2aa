"""The judge sees what is wrong: a world in which all went well is meddled with before it is judged."""

from __future__ import annotations

import logging
from collections.abc import Callable
from decimal import Decimal

import pytest
from msgspec.structs import replace
from tests.simulation.orders.drawing import draw
from tests.simulation.orders.playing import play
from tests.simulation.orders.witness import Witness

from tickwright.core.risklimits import RiskLimits
from tickwright.model.orders import (
    OrderAccepted,
    OrderFilled,
    OrderRejected,
    OrderSent,
    OrderState,
)


SEED = 9


def _fill_of(witness: Witness) -> tuple[float, OrderFilled]:
    told = (each for life in witness.lives for each in life.told)
    return next((at_s, event) for at_s, event in told if isinstance(event, OrderFilled))


def _tell_again(witness: Witness) -> None:
    witness.lives[-1].told.append(_fill_of(witness))


def _forget(witness: Witness) -> None:
    at_s, event = _fill_of(witness)
    for life in witness.lives:
        life.told = [each for each in life.told if each != (at_s, event)]


def _make_up(witness: Witness) -> None:
    at_s, event = _fill_of(witness)
    fill = replace(event.fill, trade_id="made up")
    witness.lives[-1].told.append((at_s, replace(event, fill=fill)))


def _misprice(witness: Witness) -> None:
    at_s, event = _fill_of(witness)
    _forget(witness)
    fill = replace(event.fill, price=event.fill.price + 1)
    witness.lives[-1].told.append((at_s, replace(event, fill=fill)))


def _reject(witness: Witness) -> None:
    at_s, event = _fill_of(witness)
    told = OrderRejected(order=event.order, received_ts_ns=1)
    witness.lives[-1].told.append((at_s, told))


def _go_back(witness: Witness) -> None:
    told = (each for life in witness.lives for each in life.told)
    at_s, event = next(each for each in told if each[1].order.state is OrderState.FILLED)
    order = replace(event.order, state=OrderState.OPEN)
    witness.lives[-1].told.append((at_s, OrderAccepted(order=order, received_ts_ns=1)))


def _send_again(witness: Witness) -> None:
    placed = next(
        each
        for each in witness.sent
        if each.method != "DELETE" and ("newClientOrderId" in each.text or "Link" in each.text)
    )
    witness.sent.append(placed)


def _kill(witness: Witness) -> None:
    witness.killed.append([0.0, 1000.0])


def _misread(witness: Witness) -> None:
    readings = next(iter(witness.lives[-1].readings.values()))
    bids, asks = readings[-1]
    readings.append((((bids[0][0] + Decimal("0.5"), bids[0][1]), *bids[1:]), asks))


def _read_an_old_book(witness: Witness) -> None:
    readings = next(iter(witness.lives[-1].readings.values()))
    readings.append(readings[0])


def _break_a_ban(witness: Witness) -> None:
    first = next(each for each in witness.sent if each.heard_s is not None)
    first.status, first.retry_after = 429, "100"


def _log_the_secret(witness: Witness) -> None:
    logging.getLogger("tickwright.anything").debug("signed with %s", witness.secret)


def _log_an_error(witness: Witness) -> None:
    logging.getLogger("tickwright.anything").error("a bug")


@pytest.mark.parametrize(
    ("meddle", "promise"),
    [
        (_tell_again, "each execution is told once"),
        (_forget, "no execution is lost or made up"),
        (_make_up, "no execution is lost or made up"),
        (_misprice, "executions are told as they were"),
        (_reject, "no outcome is guessed"),
        (_go_back, "only legal transitions are told"),
        (_send_again, "no order is placed twice"),
        (_kill, "the kill switch holds"),
        (_misread, "no bad book is read as live"),
        (_read_an_old_book, "no bad book is read as live"),
        (_break_a_ban, "a ban means silence"),
        (_log_the_secret, "secrets never leak"),
        (_log_an_error, "nothing crashes"),
    ],
)
def test_what_is_wrong_is_seen(meddle: Callable[[Witness], None], promise: str) -> None:
    verdict = play(draw(SEED), meddle)
    assert verdict.broken is not None
    assert verdict.broken.startswith(promise)


def test_orders_that_leave_faster_than_the_user_allows_are_seen() -> None:
    def rush(witness: Witness) -> None:
        life = witness.lives[-1]
        at_s, event = next(each for each in life.told if isinstance(each[1], OrderSent))
        for number in range(5):
            command = replace(event.order.command, client_order_id=f"rush-{number}")
            order = replace(event.order, command=command)
            life.told.append((at_s + 0.1 * number, replace(event, order=order)))

    drawn = draw(SEED)
    limited = RiskLimits(max_orders_per_s=5)
    verdict = play(replace(drawn, limits=limited), rush)
    assert verdict.broken is not None
    assert verdict.broken.startswith("limits are kept")


def test_what_a_program_was_told_of_a_secret_is_seen() -> None:
    def leak(witness: Witness) -> None:
        order = witness.lives[-1].told[0][1].order
        leaked = replace(order, text=witness.secret)
        witness.lives[-1].told[0] = (0.0, OrderAccepted(order=leaked, received_ts_ns=1))

    verdict = play(draw(SEED), leak)
    assert verdict.broken is not None
    assert verdict.broken.startswith("secrets never leak")
