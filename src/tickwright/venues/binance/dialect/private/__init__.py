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
`api`                     a connection to the WebSocket API; around it `envelope` (what a request and a reply look like),
                          `methods` (which endpoint a method is), `caller` (who asks), `sessions` and `session_methods`
                          (who is logged on, and whose events are heard), `public_methods` (what anybody may ask)
`side`                    all of it as a `tickwright.venues.privateside.PrivateSide`
========================  ============================================================================================

Where other channels join
=========================

**WebSocket API** (``/ws-api/v3``, ``/ws-fapi/v1``): a method is an endpoint by another name (``order.place`` is
``("POST", "/api/v3/order")``), so a new endpoint needs one more line in `methods`, and no more. `ApiConversation` finds the caller
(`caller_of`), runs the endpoint as REST does (`PrivateDesk.run`), and writes the `Outcome` down as a reply, with the address's
weight and the account's order counts as ``rateLimits``.

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
