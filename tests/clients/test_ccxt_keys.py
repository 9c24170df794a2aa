"""ccxt and the venue's door: keys of three kinds, bad ones, and clocks that disagree."""

from __future__ import annotations

from typing import Any

import pytest
from tests.clients.keys import Key
from tests.clients.kit import ClientError, ClientProcess, ccxt_addresses

from tickwright.sandbox import LoopbackVenue


pytestmark = pytest.mark.slow  # importing the client takes seconds

SECTIONS = ("fetch_balance", "fapiPrivateV3GetAccount")


async def opened(ccxt: ClientProcess, venue: LoopbackVenue, **config: Any) -> ClientProcess:
    """Make an exchange object that has loaded nothing."""
    config.setdefault("options", {"fetchMarkets": {"types": ["spot"]}})
    await ccxt.call("open", urls=ccxt_addresses(venue), config={"enableRateLimit": False, **config})
    return ccxt


async def refused(client: ClientProcess, method: str, *args: Any) -> ClientError:
    """Call what is refused, and return with what."""
    with pytest.raises(ClientError) as caught:
        await client.call(method, *args)
    return caught.value


@pytest.mark.parametrize("kind", ["hmac", "rsa", "ed25519"])
async def test_keys_of_every_kind_are_let_in(
    ccxt: ClientProcess, trading: LoopbackVenue, keys: dict[str, Key], kind: str
) -> None:
    exchange = await opened(ccxt, trading, **keys[kind].for_ccxt())
    assert (await exchange.call("fetch_balance"))["BTC"]["total"] == 100
    told = await exchange.call("fapiPrivateV3GetAccount")
    assert float(told["totalWalletBalance"]) == 1_000_000


@pytest.mark.parametrize("method", SECTIONS)
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"secret": "another"}, "-1022"),
        ({"apiKey": "x" * 64}, "-2015"),
        ({"apiKey": "short"}, "-2014"),
    ],
    ids=["secret", "key", "form"],
)
async def test_who_is_not_let_in_gets_an_authentication_error(
    ccxt: ClientProcess,
    trading: LoopbackVenue,
    keys: dict[str, Key],
    method: str,
    change: dict[str, str],
    code: str,
) -> None:
    exchange = await opened(ccxt, trading, **{**keys["hmac"].for_ccxt(), **change})
    error = await refused(exchange, method)
    assert ("AuthenticationError" in error.kinds, code in error.text) == (True, True), error.text


@pytest.mark.parametrize("method", SECTIONS)
async def test_a_clock_that_is_off_is_refused_until_the_client_has_asked_for_the_difference(
    ccxt: ClientProcess, trading: LoopbackVenue, keys: dict[str, Key], method: str
) -> None:
    exchange = await opened(ccxt, trading, **keys["hmac"].for_ccxt())
    await exchange.call(method)
    trading.faults.clock_step_s = 3600.0
    error = await refused(exchange, method)
    assert ("InvalidNonce" in error.kinds, "-1021" in error.text) == (True, True), error.text
    await exchange.call("load_time_difference")
    await exchange.call(method)
