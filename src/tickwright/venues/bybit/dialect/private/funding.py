"""Funding as the venue tells of it: an execution that is no trade (section 5.2)."""

from __future__ import annotations

import msgspec

from tickwright.venues.bybit.dialect.private.ids import funding_ids
from tickwright.venues.bybit.dialect.spelling import Spelling, amount_text
from tickwright.venues.facts import AMOUNT_SCALE, Listing
from tickwright.venues.reports import FundingPaid, PositionView


__all__ = ["Funding", "funding_row"]

Row = dict[str, object]
_NS_PER_MS = 1_000_000


class Funding(msgspec.Struct, frozen=True):
    """One payment, and the position that it was for."""

    number: int
    """Counts payments."""
    paid: FundingPaid
    position: PositionView


def funding_row(listing: Listing, funding: Funding, sequence: int, *, is_streamed: bool) -> Row:
    """Return a payment as a row among the executions: with an order that never was, and no side that traded.

    Args:
        listing: The contract.
        funding: What was paid; ``execFee`` is below zero if it was got.
        sequence: The cross sequence.
        is_streamed: Whether the private socket shows it, or the REST endpoint.
    """
    at, paid, held = Spelling(listing), funding.paid, funding.position
    execution, order = funding_ids(funding.number)
    size = abs(held.quantity)
    unit: int = 10 ** (AMOUNT_SCALE - listing.price_scale - listing.quantity_scale)
    row: Row = {
        "symbol": listing.symbol,
        "closedSize": "0",
        "execFee": amount_text(-paid.amount),
        "execId": execution,
        "execPrice": at.price(held.mark),
        "execQty": at.quantity(size),
        "execType": "Funding",
        "execValue": amount_text(size * held.mark * unit),
        "feeRate": at.rate(paid.rate),
        "tradeIv": "",
        "markIv": "",
        "blockTradeId": "",
        "markPrice": at.price(held.mark),
        "indexPrice": "",
        "underlyingPrice": "",
        "leavesQty": "0",
        "orderId": order,
        "orderLinkId": "",
        "orderPrice": "0",
        "orderQty": "0",
        "orderType": "UNKNOWN",
        "stopOrderType": "UNKNOWN",
        "side": "Buy" if held.quantity > 0 else "Sell",
        "execTime": str(paid.ts_ns // _NS_PER_MS),
        "isMaker": False,
        "seq": sequence,
        "extraFees": "",
        "feeCurrency": paid.asset,
        "createType": "CreateByUser",
    }
    if not is_streamed:
        return row
    more: Row = {"isLeverage": "0", "marketUnit": "", "execPnl": "0"}
    return {"category": listing.category, **row, **more}
