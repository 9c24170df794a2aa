"""Binance's REST error bodies, in its own words (section 14 of its reference)."""

from __future__ import annotations

import json

from tickwright.venues.binance.dialect.products import DialectProduct


__all__ = ["banned_text", "error_body", "limited_text", "refusal_body"]

_BAN_MS = 120_000


def error_body(code: int, text: str) -> str:
    """Return an error body.

    Example:
        >>> error_body(-1121, "Invalid symbol.")
        '{"code":-1121,"msg":"Invalid symbol."}'
    """
    return json.dumps({"code": code, "msg": text}, separators=(",", ":"), ensure_ascii=False)


def limited_text(product: DialectProduct, limit: int) -> str:
    """Return what a 429 says."""
    if product.is_futures:
        return (
            f"Too many requests; current limit is {limit} requests per minute."
            " Please use the websocket for live updates to avoid polling the API."
        )
    return (
        f"Too much request weight used; current limit is {limit} request weight per 1 MINUTE."
        " Please use WebSocket Streams for live updates to avoid polling the API."
    )


def banned_text(product: DialectProduct, until_ms: int) -> str:
    """Return what a 418 says."""
    if product.is_futures:
        return (
            f"Way too many requests; IP banned until {until_ms}."
            " Please use the websocket for live updates to avoid bans."
        )
    return (
        f"Way too much request weight used; IP banned until {until_ms}."
        " Please use WebSocket Streams for live updates to avoid bans."
    )


def refusal_body(
    product: DialectProduct, status: int, now_ms: int, retry_after_s: int | None = None
) -> str:
    """Return the body that the venue sends with a status."""
    if status == 429:
        return error_body(-1003, limited_text(product, product.weight_per_minute))
    if status == 418:
        wait_ms = _BAN_MS if retry_after_s is None else 1000 * retry_after_s
        return error_body(-1003, banned_text(product, now_ms + wait_ms))
    if status == 503:
        text = "Internal error; unable to process your request. Please try again."
        return error_body(-1001, text)
    return error_body(-1000, "An unknown error occurred while processing the request.")
