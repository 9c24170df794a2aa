"""What each failure of placing means, as an entry: three ends that are never mixed up."""

from __future__ import annotations

from decimal import Decimal
from random import Random

import pytest
from tests.venues.binance.trading_rig import SPOT_BTC, SPOT_LISTINGS, command

from tickwright.errors import (
    ConnectFailed,
    ConnectionLost,
    ConnectTimeout,
    NotSupported,
    RequestTimeout,
    VenueRejected,
)
from tickwright.io.rest import RestClient
from tickwright.model.market import Side
from tickwright.model.orders import Trigger, TriggerKind
from tickwright.testing.http import FakeHttp, Reply, script
from tickwright.testing.virtual_time import VirtualClock, virtual_time
from tickwright.trading.desk import TradingDesk
from tickwright.trading.journal import Denied, Lost, Rejected, Reported
from tickwright.venues.binance.spec import COINM, SPOT
from tickwright.venues.signing import Credentials, Signer


OPEN = (
    b'{"symbol":"BTCUSDT","orderId":28,"clientOrderId":"me-1","status":"NEW","side":"BUY",'
    b'"origQty":"0.01","executedQty":"0","price":"60000"}'
)


def desk(*replies: Reply, signer: Signer | None = None) -> TradingDesk:
    clock = VirtualClock()
    rest = RestClient(
        SPOT,
        "https://api.binance.com",
        FakeHttp(script(*replies)),
        clock=clock,
        rng=Random(7),
        signer=signer or Signer(Credentials("desk-key", "desk-secret")),
    )
    return TradingDesk(SPOT, rest, lambda: SPOT_LISTINGS, clock)


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(200, OPEN), Reported),
        (Reply(400, b'{"code":-2010,"msg":"Market is closed."}'), Rejected),
        (Reply(400, b'{"code":-1021,"msg":"Timestamp for this request is off"}'), Rejected),
        (Reply(429, b'{"code":-1015,"msg":"Too many new orders."}'), Rejected),
        (Reply(418, b'{"code":-1003,"msg":"Way too much"}'), Rejected),
        (Reply(error=ConnectFailed("refused")), Denied),
        (Reply(error=ConnectTimeout("slow")), Denied),
        (Reply(error=RequestTimeout("silent")), Lost),
        (Reply(error=ConnectionLost(1006, "cut")), Lost),
        (Reply(503, b"Service Unavailable."), Lost),
        (Reply(502, b"<html>bad gateway</html>"), Lost),
        (Reply(200, b"<html>maintenance</html>"), Lost),
        (Reply(200, b'{"unlike":"an order"}'), Lost),
        (Reply(200, OPEN.replace(b'"NEW"', b'"TELEPORTED"')), Lost),
        (Reply(408, b'{"code":-1007,"msg":"Timeout"}'), Lost),
        (Reply(400, b'{"code":-2010,"msg":"Duplicate order sent."}'), Lost),
    ],
)
@virtual_time
async def test_g01_every_failure_of_placing_has_one_meaning(reply: Reply, kind: type) -> None:
    at = desk(reply)
    call = at.calls.submit(command(SPOT_BTC), SPOT_BTC)
    entry = await at.submit("me-1", call)
    assert type(entry) is kind
    assert entry.client_order_id == "me-1"


@virtual_time
async def test_a_rejection_has_a_word_for_it_and_the_venue_s_own_text() -> None:
    at = desk(Reply(400, b'{"code":-2010,"msg":"Order would immediately match and take."}'))
    entry = await at.submit("me-1", at.calls.submit(command(SPOT_BTC), SPOT_BTC))
    assert isinstance(entry, Rejected)
    assert entry.code == "POST_ONLY"
    assert "-2010" in entry.text


@virtual_time
async def test_g01_an_error_of_a_group_as_a_whole_is_the_answer_of_each_order_in_it() -> None:
    at = desk(Reply(503, b"Service Unavailable."))
    stop = Trigger(kind=TriggerKind.STOP, price=Decimal(50000))
    legs = (
        command(SPOT_BTC, side=Side.SELL, post_only=True),
        command(SPOT_BTC, side=Side.SELL, client_order_id="me-2", price=None, trigger=stop),
    )
    group = at.calls.submit_oco(legs, SPOT_BTC)
    answers = await at.answers(group)
    fates = [at.fate(name, answer) for name, answer in zip(group.names, answers, strict=True)]
    assert [type(fate) for fate in fates] == [Lost, Lost]
    assert [fate.client_order_id for fate in fates] == ["me-1", "me-2"]


@pytest.mark.parametrize(
    ("code", "kind"), [(-2019, Rejected), (-1007, Lost), (-4116, Lost), (-1015, Rejected)]
)
@virtual_time
async def test_g01_what_one_order_of_a_batch_is_told_means_what_it_means_alone(
    code: int, kind: type
) -> None:
    answer = VenueRejected(400, code, "", "POST /fapi/v1/batchOrders")
    assert type(desk().fate("me-1", answer)) is kind


@virtual_time
async def test_a_product_without_order_entry_is_refused() -> None:
    with pytest.raises(NotSupported, match=r"binance\.coinm takes no orders"):
        TradingDesk(COINM, None, lambda: SPOT_LISTINGS, VirtualClock())  # type: ignore[arg-type]  # never used
