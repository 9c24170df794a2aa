from __future__ import annotations

import pytest

from tickwright.sandbox.dialects import dialect_of
from tickwright.venues.dialects import Dialect, Verdict


def _members(protocol: type) -> set[str]:
    return {name for name in vars(protocol) if not name.startswith("_")}


@pytest.mark.parametrize(
    "product",
    ["binance.spot", "binance.usdm", "binance.coinm", "bybit", "bybit.spot", "bybit.linear"],
)
def test_a_venues_dialect_has_all_that_the_sandbox_asks_for(product: str) -> None:
    dialect = dialect_of(product)
    assert {name for name in _members(Dialect) if not hasattr(dialect, name)} == set()
    assert dialect.name == product


def test_verdicts_do_not_share_their_headers() -> None:
    Verdict(200).headers["a"] = "b"
    assert Verdict(200).headers == {}
