"""The judge sees what is wrong: a world in which all went well is meddled with before it is judged."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import msgspec
import pytest
from tests.simulation.orders.drawing import draw
from tests.simulation.orders.playing import play
from tests.simulation.orders.witness import Witness

from tickwright.model.orders import OrderAccepted, OrderFilled, OrderRejected, OrderState


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
    fill = msgspec.structs.replace(event.fill, trade_id="made up")
    witness.lives[-1].told.append((at_s, msgspec.structs.replace(event, fill=fill)))


def _misprice(witness: Witness) -> None:
    at_s, event = _fill_of(witness)
    _forget(witness)
    fill = msgspec.structs.replace(event.fill, price=event.fill.price + 1)
    witness.lives[-1].told.append((at_s, msgspec.structs.replace(event, fill=fill)))


def _reject(witness: Witness) -> None:
    at_s, event = _fill_of(witness)
    told = OrderRejected(order=event.order, received_ts_ns=1)
    witness.lives[-1].told.append((at_s, told))


def _go_back(witness: Witness) -> None:
    told = (each for life in witness.lives for each in life.told)
    at_s, event = next(each for each in told if each[1].order.state is OrderState.FILLED)
    order = msgspec.structs.replace(event.order, state=OrderState.OPEN)
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
    ],
)
def test_what_is_wrong_is_seen(meddle: Callable[[Witness], None], promise: str) -> None:
    verdict = play(draw(SEED), meddle)
    assert verdict.broken is not None
    assert verdict.broken.startswith(promise)


def test_what_a_program_was_told_of_a_secret_is_seen() -> None:
    def leak(witness: Witness) -> None:
        order = witness.lives[-1].told[0][1].order
        leaked = msgspec.structs.replace(order, text=witness.secret)
        witness.lives[-1].told[0] = (0.0, OrderAccepted(order=leaked, received_ts_ns=1))

    verdict = play(draw(SEED), leak)
    assert verdict.broken is not None
    assert verdict.broken.startswith("secrets never leak")
