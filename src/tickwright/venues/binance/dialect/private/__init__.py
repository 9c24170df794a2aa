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
`spot_trading`, `spot_replace`, `spot_account`, `wallet`, `usdm_trading`, `usdm_queries`, `usdm_account`, `usdm_margin`
                          endpoints: tables of weights, security and order counts, and what each does
`annals`, `forgetting`    what the venue tells of an order long after it happened, and for how long
`rules`, `recordedrules`  what orders are held to, by the filters that are shown or were recorded
`desk`                    the door: keys, signatures, timing, weights, order counts
`api`                     a connection to the WebSocket API; around it `envelope` (what a request and a reply look like),
                          `methods` (which endpoint a method is), `caller` (who asks), `sessions` and `session_methods`
                          (who is logged on, and whose events are heard), `public_methods` (what anybody may ask)
`*_events`, `notionals`   engine events → user events, each type a method with its payload; `usdm_events` says to whom
`listening`, `listenkeys` a connection to USD-M's private route, and the keys that it names; `user_streams`: on which streams
`side`                    all of it as a `tickwright.venues.privateside.PrivateSide`
========================  ============================================================================================

Where other channels join
=========================

**WebSocket API** (``/ws-api/v3``, ``/ws-fapi/v1``): a method is an endpoint by another name (``order.place`` is
``("POST", "/api/v3/order")``), so a new endpoint needs one more line in `methods`, and no more. `ApiConversation` finds the caller
(`caller_of`), runs the endpoint as REST does (`PrivateDesk.run`), and writes the `Outcome` down as a reply, with the address's
weight and the account's order counts as ``rateLimits``.

**User events**: the sandbox hands every batch of engine events to `BinancePrivate.take`, also those that the generated order flow
caused. What they are told as goes through `Context.tell` to a stream (`user_streams`) that only the account's own conversations are
subscribed to, and `BinancePrivate.take_frames` hands it over; when it is sent, and what goes wrong with it then, is the sandbox's
affair. On USD-M the stream is one of the account's listen key, so a key that ran out is silent by itself. ``context.faults``
holds what is to go wrong here (`PrivateFaults`).
"""

from __future__ import annotations

from tickwright.venues.binance.dialect.private.side import BinancePrivate, private_side


__all__ = ["BinancePrivate", "private_side"]
