"""Answers about several orders: a word on each, or no answer at all; shapes as in the venue's pages."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.venues.binance.trading_rig import RECEIVED_NS, SPOT_BTC, USDM_BTC, command, order_of

from tickwright.errors import DecodeError, VenueRejected
from tickwright.model.instrument import Instrument
from tickwright.model.orders import Order, OrderReport, ReportedState
from tickwright.venues.binance.group_answers import (
    batch,
    canceled,
    order_list,
    replaced,
    replaced_in_part,
)
from tickwright.venues.binance.verdicts import rejection
from tickwright.venues.trading import Verdict


WHERE = "POST /fapi/v1/batchOrders"


def row(name: str, order_id: int = 28, status: str = "NEW", **more: Any) -> dict[str, Any]:
    """Return an order as every answer shows it."""
    return {
        "symbol": "BTCUSDT",
        "orderId": order_id,
        "clientOrderId": name,
        "price": "60000.00",
        "origQty": "0.010",
        "executedQty": "0.000",
        "status": status,
        "side": "BUY",
        **more,
    }


def body(content: object) -> bytes:
    return json.dumps(content).encode()


def order(name: str, instrument: Instrument = USDM_BTC) -> Order:
    return order_of(command(instrument, client_order_id=name))


REFUSED = {"code": -2019, "msg": "Margin is insufficient."}


def test_a_batch_says_of_each_order_what_became_of_it() -> None:
    decode = batch([order("a"), order("b")], WHERE)
    first, second = decode(body([row("a"), REFUSED]), RECEIVED_NS)
    assert isinstance(first, OrderReport)
    assert (first.client_order_id, first.state) == ("a", ReportedState.OPEN)
    assert isinstance(second, VenueRejected)
    assert (second.code, second.text, second.where) == (-2019, "Margin is insufficient.", WHERE)


@pytest.mark.parametrize(
    "answer",
    [
        [row("a")],  # too few
        [row("a"), row("b"), row("c")],
        [row("b"), row("a")],  # not in the order of the request
        {"code": 200},
    ],
)
def test_g01_a_batch_that_cannot_be_told_apart_is_no_answer(answer: object) -> None:
    with pytest.raises(DecodeError):
        batch([order("a"), order("b")], WHERE)(body(answer), RECEIVED_NS)


@pytest.mark.parametrize(
    ("code", "where", "verdict"),
    [
        (-1000, WHERE, Verdict.UNKNOWN),
        (-1001, WHERE, Verdict.UNKNOWN),
        (-1006, WHERE, Verdict.UNKNOWN),
        (-1007, WHERE, Verdict.UNKNOWN),
        (-4083, WHERE, Verdict.UNKNOWN),
        (-1008, WHERE, Verdict.REFUSED),
        (-1008, "POST /api/v3/order/cancelReplace", Verdict.UNKNOWN),
        (-2019, WHERE, Verdict.REFUSED),
        (-4116, WHERE, Verdict.LANDED),
    ],
)
def test_g01_one_order_of_several_is_judged_as_if_its_answer_had_come_alone(
    code: int, where: str, verdict: Verdict
) -> None:
    (answer,) = batch([order("a")], where)(body([{"code": code, "msg": "…"}]), RECEIVED_NS)
    assert isinstance(answer, VenueRejected)
    assert rejection(answer).verdict is verdict


def test_an_order_that_goes_by_another_name_at_the_venue_is_known_by_its_number() -> None:
    known = order_of(command(USDM_BTC, client_order_id="a"), _report("a", "28"))
    (answer,) = batch([known], WHERE)(body([row("autoclose-1")]), RECEIVED_NS)
    assert isinstance(answer, OrderReport)
    assert answer.client_order_id == "a"


def _report(name: str, venue_order_id: str) -> OrderReport:
    return OrderReport(
        client_order_id=name,
        instrument=USDM_BTC.id,
        state=ReportedState.OPEN,
        received_ts_ns=RECEIVED_NS,
        venue_order_id=venue_order_id,
    )


# ---------------------------------------------------------------------- order lists


LIST = {"orderListId": 1, "contingencyType": "OCO", "listOrderStatus": "EXECUTING"}


def test_the_reports_of_an_order_list_are_found_by_their_names() -> None:
    content = {**LIST, "orderReports": [row("stop", 40, workingTime=-1), row("limit", 41)]}
    first, second = order_list(("limit", "stop"), SPOT_BTC.id)(body(content), RECEIVED_NS)
    assert isinstance(first, OrderReport)
    assert isinstance(second, OrderReport)
    assert (first.client_order_id, first.venue_order_id, first.is_working) == ("limit", "41", True)
    assert (second.client_order_id, second.venue_order_id) == ("stop", "40")
    assert not second.is_working


def test_g01_an_order_list_without_one_of_its_orders_is_no_answer() -> None:
    content = {**LIST, "orderReports": [row("limit")]}
    with pytest.raises(DecodeError, match="no report of stop"):
        order_list(("limit", "stop"), SPOT_BTC.id)(body(content), RECEIVED_NS)


@pytest.mark.parametrize(
    "content",
    [
        row("random", status="CANCELED", origClientOrderId="a"),
        {
            **LIST,
            "orderReports": [
                row("random", 41, "CANCELED", origClientOrderId="b"),
                row("random", 40, "CANCELED", origClientOrderId="a"),
            ],
        },
    ],
)
def test_a_cancel_answers_with_the_order_or_with_the_list_that_it_ended(content: object) -> None:
    report = canceled(order("a", SPOT_BTC))(body(content), RECEIVED_NS)
    assert (report.client_order_id, report.state) == ("a", ReportedState.CANCELED)


def test_a_canceled_list_without_the_order_is_no_answer() -> None:
    content = {**LIST, "orderReports": [row("random", 41, "CANCELED", origClientOrderId="b")]}
    with pytest.raises(DecodeError, match="no report of a"):
        canceled(order("a", SPOT_BTC))(body(content), RECEIVED_NS)


# ---------------------------------------------------------------------- one in place of another


PATH = "POST /api/v3/order/cancelReplace"
GONE = {"code": -2011, "msg": "Unknown order sent."}
ENDED = row("random", 28, "CANCELED", origClientOrderId="old")


def halves(cancel: str, new: str, canceled_as: object, placed_as: object) -> dict[str, object]:
    return {
        "cancelResult": cancel,
        "newOrderResult": new,
        "cancelResponse": canceled_as,
        "newOrderResponse": placed_as,
    }


def test_a_replacement_that_was_done_tells_of_both() -> None:
    content = halves("SUCCESS", "SUCCESS", ENDED, row("new", 30, fills=[]))
    old, new = replaced(order("old", SPOT_BTC), "new", PATH)(body(content), RECEIVED_NS)
    assert isinstance(old, OrderReport)
    assert (old.client_order_id, old.state) == ("old", ReportedState.CANCELED)
    assert isinstance(new, OrderReport)
    assert (new.client_order_id, new.state, new.venue_order_id) == ("new", ReportedState.OPEN, "30")


def in_part(content: object) -> Any:
    read = replaced_in_part(order("old", SPOT_BTC), "new", PATH)
    return read(body({"code": -2021, "msg": "partially failed.", "data": content}), RECEIVED_NS)


def test_a_replacement_that_was_not_attempted_is_refused_and_says_why() -> None:
    old, new = in_part(halves("FAILURE", "NOT_ATTEMPTED", GONE, None))
    assert (old.code, old.text) == (-2011, "Unknown order sent.")
    assert isinstance(new, VenueRejected)
    assert "Unknown order sent." in new.text


def test_a_new_order_that_failed_leaves_the_old_one_canceled() -> None:
    refused = {"code": -2010, "msg": "Order would immediately match and take."}
    old, new = in_part(halves("SUCCESS", "FAILURE", ENDED, refused))
    assert old.state is ReportedState.CANCELED
    assert (new.code, new.text) == (-2010, "Order would immediately match and take.")


def test_other_refusals_say_nothing_of_the_halves() -> None:
    read = replaced_in_part(order("old", SPOT_BTC), "new", PATH)
    assert read(body({"code": -1013, "msg": "Filter failure: LOT_SIZE"}), RECEIVED_NS) is None


@pytest.mark.parametrize(
    "content",
    [
        halves("MAYBE", "SUCCESS", ENDED, row("new")),
        halves("SUCCESS", "MAYBE", ENDED, row("new")),
        halves("SUCCESS", "SUCCESS", None, row("new")),
        halves("SUCCESS", "SUCCESS", ENDED, None),
        {"cancelResult": "SUCCESS"},
    ],
)
def test_g01_halves_that_cannot_be_read_are_no_answer(content: object) -> None:
    with pytest.raises(DecodeError):
        in_part(content)


# ---------------------------------------------------------------------- anything at all


VALID = body([row("a"), REFUSED]), body(halves("SUCCESS", "FAILURE", ENDED, REFUSED))


@given(data=st.data())
def test_bytes_of_any_kind_are_read_or_are_no_answer(data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from(VALID))
    place = data.draw(st.integers(0, len(whole)))
    spoilt = whole[:place] + data.draw(st.binary(max_size=8)) + whole[place + 1 :]
    for decode in (
        batch([order("a"), order("b")], WHERE),
        order_list(("a", "b"), SPOT_BTC.id),
        replaced(order("old", SPOT_BTC), "new", PATH),
        replaced_in_part(order("old", SPOT_BTC), "new", PATH),
        canceled(order("a", SPOT_BTC)),
    ):
        with contextlib.suppress(DecodeError):
            decode(spoilt, RECEIVED_NS)
