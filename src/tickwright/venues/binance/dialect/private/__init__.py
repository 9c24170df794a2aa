"""Binance's private side, for the sandbox: accounts and orders over the matching engine, for those who hold a key.

Pure: no socket, no clock, no chance. Written from the venue's documentation, never from our own codec.

What is where
=============

========================  ============================================================================================
`signatures`, `timing`    who signed a request, and when (REST and WebSocket API payloads)
`params`, `refused`       parameters as sent, and the venue's words for what is wrong with them
`*_orders`, `spot_lists`  parameters → engine commands (`tickwright.venues.commands`)
`refusals`                engine refusals → error codes and texts
`*_views`                 engine views and fills → the venue's JSON objects
`spot_trading`, `spot_replace`, `spot_account`, `wallet`, `usdm_trading`, `usdm_queries`, `usdm_account`
                          endpoints: tables of weights, security and order counts, and what each does
`desk`                    the door: keys, signatures, timing, weights, order counts
`side`                    all of it as a `tickwright.venues.dialects.PrivateSide`
========================  ============================================================================================

Where other channels join
=========================

**WebSocket API** (``/ws-api/v3``, ``/ws-fapi/v1``): a method is an endpoint by another name (``order.place`` is
``("POST", "/api/v3/order")``). A conversation, returned by `BinancePrivate.converse`,

1. takes ``params`` apart with `Params.of`, finds the key with `PrivateDesk.key_of`, checks
   ``is_signed_by(key, sorted_payload(params), signature)`` and `PrivateDesk.check_timing`
   (``is_session_key`` says who may log a session on);
2. runs ``desk.run(endpoint, Call(key, params, now_ms, to_ms))`` and wraps the `Outcome`: ``status``, ``body`` as ``result``
   or ``error``, ``weight`` and the rows of `OrderCounts` as ``rateLimits``, ``retry_s`` as ``data.retryAfter``.

**User data streams**: the sandbox hands every batch of engine events to `BinancePrivate.take`, also those that the generated
order flow caused, before the answer to the command that caused them goes out. It returns frames: (stream, payload), where
the stream is one that only the account's own conversations are subscribed to. ``executionReport`` and ``ORDER_TRADE_UPDATE``
are further methods beside the ones in `spot_views` and `usdm_views`: an `OrderReport` and `tag_of` hold all that they need.
Frames go out through `GeneratedMarket.emit` and the switchboard, which sends them to whoever a conversation's ``Reply.added``
subscribed. `ListenKeys` (``side.listen_keys``) knows whose key a ``/private`` path names; `BinancePrivate.beat` is where its
``listenKeyExpired`` belongs. ``context.faults`` holds what is to go wrong (`PrivateFaults`).
"""

from __future__ import annotations

from tickwright.venues.binance.dialect.private.side import BinancePrivate, private_side


__all__ = ["BinancePrivate", "private_side"]
