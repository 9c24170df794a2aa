"""What an error of Bybit's says about the command that it answers (*Error Codes*).

A code that is not known leaves it open: the command may have been carried out, and is asked for (G1).
"""

from __future__ import annotations

from tickwright.errors import Banned, RateLimited, VenueError, VenueRejected
from tickwright.venues.trading import RejectCode, Rejection, Verdict


__all__ = ["rejection"]

_FILTER, _FUNDS, _BAND = RejectCode.FILTER, RejectCode.FUNDS, RejectCode.PRICE_BAND
_GONE, _KEY, _MANY = RejectCode.ORDER_GONE, RejectCode.PERMISSION, RejectCode.TOO_MANY
_OTHER, _CLOSED, _RATE = RejectCode.OTHER, RejectCode.CLOSED, RejectCode.RATE
_REDUCE, _SAME = RejectCode.REDUCE_ONLY, RejectCode.NO_CHANGE

_REFUSED = {
    10001: _FILTER,
    10002: RejectCode.TIMESTAMP,
    **dict.fromkeys((10003, 10004, 10005, 10007, 10008, 10009, 10010, 10024), _KEY),
    **dict.fromkeys((10027, 10028, 10029, -2015, 33004), _KEY),
    **dict.fromkeys((10006, 10403, 20003), _RATE),
    **dict.fromkeys((10017, 10404, 20006), _OTHER),
    10019: _CLOSED,
    **dict.fromkeys((30208, 30209), _BAND),
    110003: _BAND,
    **dict.fromkeys((110004, 110006, 110007, 110012, 110014, 110044, 110045), _FUNDS),
    **dict.fromkeys((110051, 110052, 110053), _FUNDS),
    **dict.fromkeys((110009, 110020), _MANY),
    **dict.fromkeys((110017, 110022), _REDUCE),
    **dict.fromkeys((110021, 110023, 110090), _OTHER),
    **dict.fromkeys((110025, 110026, 110043, 34040), _SAME),
    **dict.fromkeys((110019, 110032), RejectCode.CLIENT_ID),
    **dict.fromkeys((110063, 110066, 110074), _CLOSED),
    110064: _FILTER,
    110079: _CLOSED,
    **dict.fromkeys((110092, 110093), RejectCode.TRIGGER),
    110094: _FILTER,
    **dict.fromkeys((110095, 110096, 110097, 110098, 110099, 110100, 110103), _CLOSED),
    **dict.fromkeys((110108, 110109), _FILTER),
    110118: RejectCode.UNFILLABLE,
    **dict.fromkeys((110119, 170355, 110123, 110124, 110125, 110132), _KEY),
    **dict.fromkeys((110120, 110121), _BAND),
    **dict.fromkeys((170005, 170222), _RATE),
    **dict.fromkeys((170115, 170116, 170117, 170121, 170130), _FILTER),
    **dict.fromkeys((170124, 170341, 170381, 170382), _FILTER),
    **dict.fromkeys((170033, 170131), _FUNDS),
    **dict.fromkeys((170132, 170133, 170192, 170193, 170194, 170371, 170372), _BAND),
    **dict.fromkeys((170134, 170136, 170137, 170140, 170148), _FILTER),
    **dict.fromkeys((170151, 170157, 170159, 170206), _CLOSED),
    **dict.fromkeys((170201, 170202, 170203, 170204), _FILTER),
    **dict.fromkeys((170217, 170218), RejectCode.POST_ONLY),
    170210: _OTHER,
    **dict.fromkeys((170312, 170313), _FILTER),
    170810: _MANY,
}
"""Certainly not carried out, and why."""

_NOT_FOUND = frozenset({110001, 170213})
_GONE_CODES = frozenset({110008, 110010, 170139, 170142, 170143, 170190})
"""The order has ended: whoever wanted to change or cancel it is too late."""

_OWN_LIMITS = frozenset({10006, 10403})
"""Codes of the limits of an account and of an address."""

_LANDED = frozenset({110072, 170141})
"""«OrderLinkedID is duplicate», on contracts and on spot."""


def rejection(error: VenueError) -> Rejection:
    """Return what an error says.

    Example:
        >>> rejection(VenueRejected(200, 110072, "OrderLinkedID is duplicate", "POST /v5/order/create"))
        Rejection(verdict=<Verdict.LANDED: 'landed'>, code=<RejectCode.CLIENT_ID: 'client order id not allowed, or taken'>)
    """
    if isinstance(error, RateLimited):
        return Rejection(Verdict.REFUSED if _is_own_limit(error) else Verdict.UNKNOWN, _RATE)
    if not isinstance(error, VenueRejected) or not isinstance(error.code, int):
        return Rejection(Verdict.UNKNOWN)
    if error.code in _LANDED:
        return Rejection(Verdict.LANDED, RejectCode.CLIENT_ID)
    if error.code in _NOT_FOUND:
        return Rejection(Verdict.NOT_FOUND, _GONE)
    if error.code in _GONE_CODES:
        return Rejection(Verdict.REFUSED, _GONE)
    reason = _REFUSED.get(error.code)
    return Rejection(Verdict.UNKNOWN) if reason is None else Rejection(Verdict.REFUSED, reason)


def _is_own_limit(error: RateLimited) -> bool:
    """Whether we were over a limit, so that nothing was done; a system that protects itself leaves it open."""
    return isinstance(error, Banned) or error.code in _OWN_LIMITS
