"""What Bybit's signed calls have in common: commands posted, questions asked, and answers that come in pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec

from tickwright.core.limits import Priority
from tickwright.venues.base import RestCall, Security
from tickwright.venues.bybit.rest import ADDRESS
from tickwright.venues.bybit.wire_rest import Reply, Rows
from tickwright.venues.typed import reader


__all__ = ["QUESTIONS", "Params", "asked", "paged", "posted"]

T = TypeVar("T")

Params = tuple[tuple[str, str], ...]

QUESTIONS = {
    "/v5/order/realtime": "ORDER_REALTIME",
    "/v5/order/history": "ORDER_HISTORY",
    "/v5/execution/list": "EXECUTION_LIST",
    "/v5/position/list": "POSITION_LIST",
    "/v5/account/wallet-balance": "WALLET_BALANCE",
}
"""Each question has a window of its own, of 50 in a second (*Rate Limit*)."""

_text_of = msgspec.json.Encoder().encode
_read_cursor = reader(Reply[Rows[msgspec.Raw]])


def posted(
    path: str,
    body: Mapping[str, Any],
    decode: Callable[[bytes, int], T],
    priority: Priority,
    bucket: str,
) -> RestCall[T]:
    """Return a call that changes something, and so is never repeated.

    Args:
        path: Of the endpoint.
        body: Sent as JSON.
        decode: Reads the answer.
        priority: Cancels go first.
        bucket: The window that counts commands of its kind.
    """
    return RestCall(
        method="POST",
        path=path,
        body=_text_of(body),
        decode=decode,
        costs={ADDRESS: 1, bucket: 1},
        priority=priority,
        security=Security.SIGNED,
        is_idempotent=False,
    )


def asked(path: str, params: Params, decode: Callable[[bytes, int], T]) -> RestCall[T]:
    """Return a call that asks, and may be repeated."""
    return RestCall(
        path=path,
        params=params,
        decode=decode,
        costs={ADDRESS: 1, QUESTIONS[path]: 1},
        security=Security.SIGNED,
    )


def paged(path: str, params: Params, decode: Callable[[bytes, int], list[T]]) -> RestCall[list[T]]:
    """Return a call that asks, and whose answer says where the next page begins."""

    def following(body: bytes) -> RestCall[list[T]] | None:
        cursor = _read_cursor(body).result.cursor
        if not cursor:
            return None
        kept = tuple(pair for pair in params if pair[0] != "cursor")
        return paged(path, (*kept, ("cursor", cursor)), decode)

    return msgspec.structs.replace(asked(path, params, decode), next_page=following)
