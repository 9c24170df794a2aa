"""What an answer of Bybit that is no success means: ``retCode`` and HTTP statuses → the tree of errors.

(*Integration Guidance*, HTTP errors; *Error Codes*; *Rate Limit*.) Refusals of the venue come with HTTP 200 and a
``retCode`` other than 0; ``retMsg`` says nothing about success. Other statuses are of what stands before it: 403 is
both the ban of an address that asks too often, for ten minutes, and of one in a region that is not served.
"""

from __future__ import annotations

import msgspec

from tickwright.errors import (
    Banned,
    CredentialsRefused,
    RateLimited,
    TimestampRefused,
    VenueError,
    VenueRejected,
)


__all__ = ["LIMITED_CODES", "TIMESTAMP_CODE", "Refusal", "refusal", "refused"]

LIMITED_CODES = (429, 10006, 10403, 10429)
"""Over a limit: of the account, of the address (REST and WebSocket), or of the whole system. Nothing was done."""

TIMESTAMP_CODE = 10002
"""«invalid request, please check your server timestamp or recv_window param»."""

_CREDENTIALS = (10003, 10004, 10005, 10007, 10009, 10010, -2015, 33004)
"""A key that is wrong, expired, not allowed to do this, or not from here."""

_FINE = 200
_BANNED = 403
_LIMITED = 429
_SUCCESS = b'{"retCode":0,'
"""How every success begins; looked for first, for answers may have megabytes."""

_TEXT_MAX = 200


class Refusal(msgspec.Struct):
    """``{"retCode":10001,"retMsg":"…","result":{},"retExtInfo":{},"time":1795000000123}``; all may be missing."""

    code: int | None = msgspec.field(name="retCode", default=None)
    text: str = msgspec.field(name="retMsg", default="")


_read = msgspec.json.Decoder(Refusal, strict=False).decode


def refusal(status: int, body: bytes, where: str) -> VenueError | None:
    """Return the error that an answer holds, ``None`` if it is data.

    Args:
        status: HTTP status.
        body: The whole body.
        where: Method and path, without query.

    Example:
        >>> print(refusal(200, b'{"retCode":10001,"retMsg":"Illegal category"}', "GET /v5/market/kline"))
        GET /v5/market/kline: the venue refused with 10001 (HTTP 200): Illegal category
    """
    if status == _FINE and body.startswith(_SUCCESS):
        return None
    said = _said(body)
    if status == _BANNED:
        return Banned(
            where, 0, f"{said.text} (too many requests from here, or a region not served)"
        )
    if status == _LIMITED:
        return RateLimited(where, 0, said.text, said.code)
    if said.code == 0 and status == _FINE:
        return None
    return refused(said.code, said.text, where, status=status)


def refused(code: int | None, text: str, where: str, *, status: int = 0) -> VenueError:
    """Return what a code other than 0 means, over REST or (``status`` 0) a WebSocket.

    Args:
        code: ``retCode``; ``None`` where there is none.
        text: ``retMsg``.
        where: What was asked.
        status: Of HTTP.
    """
    if code in LIMITED_CODES:
        return RateLimited(where, 0, f"{text} ({code})", code)
    return _kind(code)(status, code, text, where)


def _kind(code: int | None) -> type[VenueRejected]:
    if code == TIMESTAMP_CODE:
        return TimestampRefused
    return CredentialsRefused if code in _CREDENTIALS else VenueRejected


def _said(body: bytes) -> Refusal:
    try:
        return _read(body)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        shown = body[:_TEXT_MAX].decode(errors="replace").strip()
        return Refusal(None, shown or "an empty answer")
