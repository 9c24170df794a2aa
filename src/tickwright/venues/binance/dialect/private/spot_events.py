"""Spot's user events (section 17): what an account is told of its orders, order lists and balances.

Payloads hold times in ms; a connection that asked for µs turns them as it does those of any stream. Events follow the
engine's order: reports of orders and lists one by one, balances once at the end of whatever changed them.
"""

from __future__ import annotations

from collections.abc import Sequence

from tickwright.venues.binance.dialect.private.context import Context
from tickwright.venues.binance.dialect.private.desk import to_ms
from tickwright.venues.binance.dialect.private.orders import tag_of
from tickwright.venues.binance.dialect.private.spot_views import (
    EXPIRY_REASONS,
    STATUSES,
    SpotViews,
    amount,
    order_list,
)
from tickwright.venues.binance.dialect.private.user_streams import user_stream
from tickwright.venues.reports import (
    AccountChange,
    AccountChanged,
    Event,
    Execution,
    ListReport,
    ListStatus,
    OrderReport,
    OrderStatus,
    Rule,
)


__all__ = ["SpotEvents"]

Json = dict[str, object]

_EXECUTIONS = {
    Execution.ACCEPTED: "NEW",
    # A trailing order that begins to follow, a stop that goes to work and a pending order whose turn has come
    # are told as new once more.
    Execution.TRACKING: "NEW",
    Execution.TRIGGERED: "NEW",
    Execution.ACTIVATED: "NEW",
    Execution.TRADED: "TRADE",
    Execution.AMENDED: "REPLACED",
    Execution.CANCELED: "CANCELED",
    Execution.EXPIRED: "EXPIRED",
    Execution.PREVENTED: "TRADE_PREVENTION",
    Execution.REJECTED: "EXPIRED",
}
_REJECTIONS = {
    Rule.BALANCE: "INSUFFICIENT_BALANCES",
    Rule.WOULD_TAKE: "WOULD_MATCH_IMMEDIATELY",
    Rule.WOULD_TRIGGER: "STOP_PRICE_WOULD_TRIGGER_IMMEDIATELY",
    Rule.LIST_PRICES: "OCO_BAD_PRICES",
}
_RENAMED = frozenset({Execution.CANCELED, Execution.AMENDED})
_SHOWS_NO_WORKING_TIME = frozenset({OrderStatus.CANCELED, OrderStatus.PREVENTED})
_ZERO = "0.00000000"
_NO_TRADE_ID = -1
_NO_GROUP = -1


class SpotEvents:
    """Tells the accounts of one venue what happens to them.

    Args:
        context: Whose engine, and where events go.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._writers: dict[str, SpotViews] = {}

    def take(self, events: Sequence[Event]) -> None:
        """Tell of what happened at the engine."""
        for event in events:
            if isinstance(event, OrderReport):
                self._tell(event.order.account, self.execution(event))
            elif isinstance(event, ListReport):
                self._tell(event.account, self.list_status(event))
            elif isinstance(event, AccountChanged):
                for body in self.balances(event):
                    self._tell(event.account, body)

    def _tell(self, account: str, body: Json) -> None:
        self._context.tell(user_stream(account), body)

    def _head(self, kind: str) -> Json:
        return {"e": kind, "E": self._context.told_ms}

    # ------------------------------------------------------------------ orders

    def execution(self, report: OrderReport) -> Json:
        """Return an ``executionReport``.

        After a cancel ``c`` is the cancel's id and ``C`` the order's own, after an amendment ``c`` is the new one.

        Example:
            {"e":"executionReport","E":1795000000106,"s":"BTCUSDT","c":"sim-0001","S":"BUY","o":"LIMIT","f":"GTC",
             "q":"0.01000000","p":"65000.10000000","P":"0.00000000","F":"0.00000000","g":-1,"C":"","x":"NEW",
             "X":"NEW","r":"NONE","i":28,"l":"0.00000000","z":"0.00000000","L":"0.00000000","n":"0","N":null,
             "T":1795000000105,"t":-1,"I":74,"w":true,"m":false,"M":false,"O":1795000000105,"Z":"0.00000000",
             "Y":"0.00000000","Q":"0.00000000","W":1795000000105,"V":"EXPIRE_MAKER"}
        """
        order, writer = report.order, self._writer(report.order.symbol)
        request, tag = order.request, tag_of(order.request)
        client_id, previous_id = self._client_ids(report)
        refusal = report.refusal
        body: Json = {
            **self._head("executionReport"),
            "s": order.symbol,
            "c": client_id,
            "S": request.side.name,
            "o": tag.type,
            "f": tag.time_in_force,
            "q": writer.quantity(order.quantity),
            "p": writer.price(order.price),
            "P": writer.price(0 if request.trigger is None else request.trigger.price),
            "F": writer.quantity(order.display),
            "g": order.list_id or -1,
            "C": previous_id,
            "x": _EXECUTIONS[report.execution],
            "X": STATUSES[order.status],
            "r": "NONE" if refusal is None else _REJECTIONS.get(refusal.rule, "NONE"),
            "i": order.id,
            **self._trade(report, writer),
            "O": to_ms(order.created_ns),
            "Z": amount(order.turnover),
            "Y": _ZERO if report.fill is None else amount(report.fill.turnover),
            "Q": amount(request.quote_amount),
        }
        if order.working_ns and order.status not in _SHOWS_NO_WORKING_TIME:
            body["W"] = to_ms(order.working_ns)
        body["V"] = tag.self_trade
        return body | self._conditional(report, writer)

    def _client_ids(self, report: OrderReport) -> tuple[str, str]:
        """Return the id that a report goes by, and the one that it replaces."""
        order = report.order
        if report.execution not in _RENAMED:
            return order.client_id, ""
        if report.execution is Execution.CANCELED and not report.previous_client_id:
            return self._context.cancel_id(order.id), order.client_id
        return order.client_id, report.previous_client_id

    @staticmethod
    def _trade(report: OrderReport, writer: SpotViews) -> Json:
        fill, order = report.fill, report.order
        return {
            "l": _ZERO if fill is None else writer.quantity(fill.quantity),
            "z": writer.quantity(order.filled),
            "L": _ZERO if fill is None else writer.price(fill.price),
            "n": "0" if fill is None else amount(fill.fee),
            "N": None if fill is None else fill.fee_asset,
            "T": to_ms(report.ts_ns),
            "t": _NO_TRADE_ID if fill is None else fill.trade_id,
            "I": report.id,
            "w": order.is_working,
            "m": fill is not None and fill.is_maker,
            "M": fill is not None,
        }

    @staticmethod
    def _conditional(report: OrderReport, writer: SpotViews) -> Json:
        """Return the fields that only some reports have."""
        order, body = report.order, Json()
        trigger, tag, match = order.request.trigger, tag_of(order.request), report.prevention
        if trigger is not None and trigger.trail_bps:
            body["d"] = trigger.trail_bps
            if order.tracking_ns:
                body["D"] = to_ms(order.tracking_ns)
        if tag.strategy_id is not None:
            body["j"] = tag.strategy_id
        if tag.strategy_type is not None:
            body["J"] = tag.strategy_type
        if match is not None:
            is_taker = order.id == match.taker_order_id
            body |= {
                "v": match.id,
                "A": writer.quantity(order.prevented),
                "B": writer.quantity(match.taken),
                "u": _NO_GROUP,
                "U": match.maker_order_id if is_taker else match.taker_order_id,
                "Cs": order.symbol,
                "pl": writer.quantity(match.quantity),
                "pL": writer.price(match.price),
                "pY": writer.turnover(match.price, match.quantity),
            }
        word = None if report.reason is None else EXPIRY_REASONS.get(report.reason)
        if word is not None:
            body["eR"] = word
        return body

    def _writer(self, symbol: str) -> SpotViews:
        found = self._writers.get(symbol)
        if found is None:
            context = self._context
            found = self._writers[symbol] = SpotViews(
                context.listing(symbol), context.annals, to_ms
            )
        return found

    # ------------------------------------------------------------------ lists and balances

    def list_status(self, report: ListReport) -> Json:
        """Return a ``listStatus``.

        Example:
            {"e":"listStatus","E":1795000002001,"s":"BTCUSDT","g":1,"c":"OCO","l":"EXEC_STARTED","L":"EXECUTING",
             "r":"NONE","C":"lst-0001","T":1795000002000,"O":[{"s":"BTCUSDT","i":40,"c":"oco-sl"}]}
        """
        shown = order_list(report, to_ms)
        is_update = report.status is ListStatus.UPDATED
        return {
            **self._head("listStatus"),
            "s": report.symbol,
            "g": report.list_id,
            "c": shown["contingencyType"],
            "l": "UPDATED" if is_update else shown["listStatusType"],
            "L": shown["listOrderStatus"],
            "r": "NONE",
            "C": report.client_id,
            "T": shown["transactionTime"],
            "O": [{"s": report.symbol, "i": number, "c": name} for number, name in report.orders],
        }

    def balances(self, change: AccountChanged) -> list[Json]:
        """Return an ``outboundAccountPosition``, behind a ``balanceUpdate`` if something came or went.

        Example:
            {"e":"balanceUpdate","E":1795000000306,"a":"BTC","d":"0.50000000","T":1795000000305}
            {"e":"outboundAccountPosition","E":1795000000206,"u":1795000000205,
             "B":[{"a":"BTC","f":"1.00999000","l":"0.00000000"}]}
        """
        told: list[Json] = []
        ts_ms = to_ms(change.ts_ns)
        if change.cause is AccountChange.TRANSFER:
            told.append(
                {
                    **self._head("balanceUpdate"),
                    "a": change.balances[0].asset,
                    "d": amount(change.change),
                    "T": ts_ms,
                }
            )
        rows = [
            {"a": one.asset, "f": amount(one.free), "l": amount(one.locked)}
            for one in change.balances
        ]
        told.append({**self._head("outboundAccountPosition"), "u": ts_ms, "B": rows})
        return told
