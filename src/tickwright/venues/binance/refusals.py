"""What an HTTP answer of Binance that is no data means."""

from __future__ import annotations

import re

import msgspec

from tickwright.errors import (
    Banned,
    CredentialsRefused,
    RateLimited,
    TimestampRefused,
    VenueError,
    VenueRejected,
)


__all__ = ["refusal"]

_FINE = 200
_FIREWALL = 403
_LIMITED = 429
_BANNED = 418
_TIMESTAMP = (-1021, -5028)
"""«Timestamp for this request is outside of the recvWindow», on receipt and, on futures, at the matching engine."""
_CREDENTIALS = (-1002, -1022, -2014, -2015)
"""«You are not authorized», «Signature for this request is not valid», and the two about API keys."""
_TEXT_MAX = 200
_ERROR_BODY_MAX = 4096
"""No error body is longer; larger answers are data and need no second look."""

_BANNED_UNTIL = re.compile(r"banned until (\d{13})")
_TITLE = re.compile(rb"<title[^>]*>\s*([^<]{1,200}?)\s*</title>", re.IGNORECASE)


class _ErrorBody(msgspec.Struct):
    """``{"code":-1121,"msg":"Invalid symbol."}`` (*Spot* and *USD-M*, Error Codes)."""

    code: int | None = None
    msg: str = ""


_read_error = msgspec.json.Decoder(_ErrorBody, strict=False).decode


def refusal(status: int, body: bytes, where: str) -> VenueError | None:
    """Return the error that an answer holds, ``None`` if it is data.

    Args:
        status: HTTP status.
        body: The whole body.
        where: Method and path, without query.

    Example:
        >>> print(refusal(400, b'{"code":-1121,"msg":"Invalid symbol."}', "GET /api/v3/depth"))
        GET /api/v3/depth: the venue refused with -1121 (HTTP 400): Invalid symbol.
    """
    if status == _FINE and not _may_be_error(body):
        return None
    code, text = _read(status, body)
    if status == _FINE and (code is None or code == _FINE):
        # Futures acknowledge some commands with {"code":200,"msg":"…"}, which is no refusal.
        return VenueRejected(status, code, text, where) if _is_html(body) else None
    if status == _LIMITED:
        return RateLimited(where, _until_ns(text), text)
    if status == _BANNED:
        return Banned(where, _until_ns(text), text)
    if status == _FIREWALL and code is None:
        text = f"its firewall turned the request down ({text}); check proxy, region and parameters"
    return _kind(code)(status, code, text, where)


def _kind(code: int | None) -> type[VenueRejected]:
    if code in _TIMESTAMP:
        return TimestampRefused
    return CredentialsRefused if code in _CREDENTIALS else VenueRejected


def _may_be_error(body: bytes) -> bool:
    if len(body) > _ERROR_BODY_MAX:
        return _is_html(body)
    head = body.lstrip()[:1]
    return head == b"<" or (head == b"{" and b'"code"' in body)


def _is_html(body: bytes) -> bool:
    return body.lstrip()[:1] == b"<"


def _read(status: int, body: bytes) -> tuple[int | None, str]:
    """Return the venue's code and text, or a text of ours where the body has none."""
    try:
        error = _read_error(body)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        error = _ErrorBody()
    if error.code is not None:
        return error.code, error.msg
    if not body.strip():
        return None, "an empty answer"
    title = _TITLE.search(body)
    if title is not None:
        return None, f"a web page in place of JSON, titled {title[1].decode(errors='replace')!r}"
    if _is_html(body):
        return None, "a web page in place of JSON"
    return None, error.msg or body[:_TEXT_MAX].decode(errors="replace")


def _until_ns(text: str) -> int:
    """Return the end of a ban in ns, as the text names it in ms; 0 where it does not."""
    match = _BANNED_UNTIL.search(text)
    return int(match[1]) * 1_000_000 if match else 0
