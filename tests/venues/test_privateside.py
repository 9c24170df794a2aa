"""What the private side is handed has what it asks for."""

from __future__ import annotations

from tickwright.sandbox import Faults, GeneratedMarket
from tickwright.venues.privateside import ApiKey, PrivateFaults, PrivateMarket


def names(protocol: type) -> set[str]:
    own = {name for name in vars(protocol) if not name.startswith("_")}
    return own | set(protocol.__annotations__)


def test_the_sandboxs_faults_hold_every_one_that_is_looked_at() -> None:
    faults = Faults()
    assert {name for name in names(PrivateFaults) if not hasattr(faults, name)} == set()


def test_a_generated_market_is_one_to_trade_on() -> None:
    market = GeneratedMarket("binance.spot", 1)
    assert {name for name in names(PrivateMarket) if not hasattr(market, name)} == set()


def test_a_key_may_trade_unless_told_otherwise() -> None:
    key = ApiKey(key="k", account="me", secret="s")
    assert key.can_trade
    assert not key.public_key
