"""What an error of Binance's says about the command that it answers (*Error Codes*, *General Information*)."""

from __future__ import annotations

from tickwright.errors import RateLimited, VenueError, VenueRejected
from tickwright.venues.trading import RejectCode, Rejection, Verdict


__all__ = ["rejection"]

_FINE = 200
_SERVER_ERROR = 500
_REQUEST_TIMEOUT = 408

_UNKNOWN = frozenset({-1006, -1007, -2012, -4083})
"""«Execution status unknown», and batches that failed somewhere on their way (sections 14.1 and 14.4), whatever the HTTP status."""

_FUTURES_NOT_EXECUTED = frozenset({-1008})
"""5xx answers that say themselves that nothing was carried out; on spot any 5xx leaves it open."""

_CODES = {
    -1003: RejectCode.RATE,
    -1008: RejectCode.RATE,
    -1013: RejectCode.FILTER,
    -1015: RejectCode.RATE,
    -1021: RejectCode.TIMESTAMP,
    -1111: RejectCode.FILTER,
    -2011: RejectCode.ORDER_GONE,
    -2013: RejectCode.ORDER_GONE,
    -2014: RejectCode.PERMISSION,
    -2015: RejectCode.PERMISSION,
    -2018: RejectCode.FUNDS,
    -2019: RejectCode.FUNDS,
    -2025: RejectCode.TOO_MANY,
    -4003: RejectCode.FILTER,
    -4004: RejectCode.FILTER,
    -4005: RejectCode.FILTER,
    -4014: RejectCode.FILTER,
    -4015: RejectCode.CLIENT_ID,
    -4016: RejectCode.PRICE_BAND,
    -4023: RejectCode.FILTER,
    -4024: RejectCode.PRICE_BAND,
    -4045: RejectCode.TOO_MANY,
    -4116: RejectCode.CLIENT_ID,
    -4118: RejectCode.REDUCE_ONLY,
    -4140: RejectCode.CLOSED,
    -4141: RejectCode.CLOSED,
    -4142: RejectCode.TRIGGER,
    -4164: RejectCode.FILTER,
    -4183: RejectCode.PRICE_BAND,
    -4184: RejectCode.PRICE_BAND,
    -5021: RejectCode.UNFILLABLE,
    -5022: RejectCode.POST_ONLY,
    -5027: RejectCode.NO_CHANGE,
    -5028: RejectCode.TIMESTAMP,
    -5040: RejectCode.FILTER,
}

_TEXTS = {
    "Duplicate order sent.": RejectCode.CLIENT_ID,
    "ClientOrderId is duplicated.": RejectCode.CLIENT_ID,
    "Account has insufficient balance for requested action.": RejectCode.FUNDS,
    "Order would immediately match and take.": RejectCode.POST_ONLY,
    "Order would trigger immediately.": RejectCode.TRIGGER,
    "Order would immediately trigger.": RejectCode.TRIGGER,
    "Stop price would trigger immediately.": RejectCode.TRIGGER,
    "ReduceOnly Order is rejected.": RejectCode.REDUCE_ONLY,
    "Market is closed.": RejectCode.CLOSED,
    "Unknown order sent.": RejectCode.ORDER_GONE,
    "The requested action would change no state; rejecting": RejectCode.NO_CHANGE,
    "Filter failure: PERCENT_PRICE_BY_SIDE": RejectCode.PRICE_BAND,
    "Filter failure: PERCENT_PRICE": RejectCode.PRICE_BAND,
    "Filter failure: MAX_NUM_ORDERS": RejectCode.TOO_MANY,
    "Filter failure: MAX_NUM_ALGO_ORDERS": RejectCode.TOO_MANY,
}
"""Codes such as -2010 and -2022 mean many things; their texts tell which."""

_LANDED = frozenset({"Duplicate order sent.", "ClientOrderId is duplicated."})


def rejection(error: VenueError) -> Rejection:
    """Return what an error says.

    Example:
        >>> rejection(VenueRejected(400, -5022, "Due to the order could not be executed as maker, …", "POST /fapi/v1/order"))
        Rejection(verdict=<Verdict.REFUSED: 'refused'>, code=<RejectCode.POST_ONLY: 'post-only would take'>)
    """
    if isinstance(error, RateLimited):
        return Rejection(Verdict.REFUSED, RejectCode.RATE)
    if not isinstance(error, VenueRejected):
        return Rejection(Verdict.UNKNOWN)
    code = error.code if isinstance(error.code, int) else None
    named = _TEXTS.get(error.text.strip()) or _CODES.get(code or 0, RejectCode.OTHER)
    return Rejection(_verdict(error, code), named)


def _verdict(error: VenueRejected, code: int | None) -> Verdict:
    # A web page with status 200 comes from something in between: it may have passed the request on.
    if code in _UNKNOWN or error.status in (_REQUEST_TIMEOUT, _FINE):
        return Verdict.UNKNOWN
    if error.status >= _SERVER_ERROR:
        is_futures = "/fapi/" in error.where
        return Verdict.REFUSED if is_futures and code in _FUTURES_NOT_EXECUTED else Verdict.UNKNOWN
    if code == -4116 or error.text.strip() in _LANDED:
        return Verdict.LANDED
    if code == -2013:
        return Verdict.NOT_FOUND
    return Verdict.REFUSED
