"""Every rule of the engine has an error code and a text in each product."""

from __future__ import annotations

import pytest

from tickwright.venues.binance.dialect.private.refusals import (
    spot_amend_refused,
    spot_refused,
    usdm_refused,
)
from tickwright.venues.facts import AMOUNT_SCALE
from tickwright.venues.reports import Refusal, Rule


SPOT_UNREACHABLE = {
    # Only futures, or only amendments, are refused for these.
    Rule.EXPIRY, Rule.MARGIN, Rule.REDUCE_ONLY, Rule.FOK_UNFILLABLE, Rule.AMEND_INCREASES,
    Rule.AMEND_UNCHANGED, Rule.AMEND_STATE, Rule.LEVERAGE, Rule.POSITION_LIMIT, Rule.NO_POSITION,
    Rule.MARGIN_MODE, Rule.PRICE_GAP,
}  # fmt: skip
USDM_UNREACHABLE = {
    # These rules are switched off for futures, or are about what they do not have.
    Rule.UNKNOWN_LIST, Rule.NOTIONAL_MAX, Rule.ICEBERG_PARTS, Rule.ICEBERG_DISPLAY,
    Rule.MAX_ICEBERGS, Rule.MAX_LISTS, Rule.MAX_POSITION, Rule.CANCEL_ONLY, Rule.AMEND_INCREASES,
    Rule.LIST_PRICES,
}  # fmt: skip


@pytest.mark.parametrize("rule", [rule for rule in Rule if rule not in SPOT_UNREACHABLE])
def test_spot_has_words_for_every_rule(rule: Rule) -> None:
    refused = spot_refused(Refusal(rule))
    assert refused.code < -1000
    assert refused.text != "Invalid message."


@pytest.mark.parametrize("rule", [rule for rule in Rule if rule not in USDM_UNREACHABLE])
def test_usdm_has_words_for_every_rule(rule: Rule) -> None:
    assert usdm_refused(Refusal(rule)).code != -1000


@pytest.mark.parametrize(
    ("rule", "code", "text"),
    [
        (Rule.PRICE_TICK, -1013, "Filter failure: PRICE_FILTER"),
        (Rule.PRICE_BAND_UP, -1013, "Filter failure: PERCENT_PRICE_BY_SIDE"),
        (Rule.QUANTITY_MIN, -1013, "Filter failure: LOT_SIZE"),
        (Rule.MARKET_QUANTITY_MAX, -1013, "Filter failure: MARKET_LOT_SIZE"),
        (Rule.NOTIONAL_MIN, -1013, "Filter failure: NOTIONAL"),
        (Rule.BALANCE, -2010, "Account has insufficient balance for requested action."),
        (Rule.WOULD_TAKE, -2010, "Order would immediately match and take."),
        (Rule.DUPLICATE_CLIENT_ID, -2010, "Duplicate order sent."),
        (Rule.UNKNOWN_ORDER, -2011, "Unknown order sent."),
    ],
)
def test_spots_texts_are_the_documented_ones(rule: Rule, code: int, text: str) -> None:
    refused = spot_refused(Refusal(rule))
    assert (refused.code, refused.text) == (code, text)


def test_amendments_are_refused_with_a_code_of_their_own() -> None:
    assert spot_amend_refused(Refusal(Rule.AMEND_INCREASES)).text == (
        "Order amend (quantity increase) is not supported."
    )
    for rule in (Rule.AMEND_UNCHANGED, Rule.NOTIONAL_MIN, Rule.MAX_AMENDS, Rule.AMEND_STATE):
        assert spot_amend_refused(Refusal(rule)).code == -2038
    assert spot_amend_refused(Refusal(Rule.UNKNOWN_SYMBOL)).code == -1121


def test_futures_name_the_numbers() -> None:
    least = Refusal(Rule.NOTIONAL_MIN, 0, 5 * 10**AMOUNT_SCALE)
    assert usdm_refused(least).body() == {
        "code": -4164,
        "msg": "Order's notional must be no smaller than 5 (unless you choose reduce only)",
    }
    assert usdm_refused(least, is_modify=True).code == -5029
    assert usdm_refused(Refusal(Rule.LEVERAGE, 126)).text == "Leverage 126 is not valid"
    stop = Refusal(Rule.PRICE_MAX, 1, 0, "trigger price")
    assert usdm_refused(stop).code == -4007
    assert usdm_refused(Refusal(Rule.UNKNOWN_ORDER), is_modify=True).code == -2013
