"""What a USD-M account is told of its orders: ``ORDER_TRADE_UPDATE``, ``TRADE_LITE`` and ``ALGO_UPDATE`` (section 18).

A conditional order lives in a service of its own until its trigger, and is told of there: NEW, TRIGGERING, TRIGGERED,
FINISHED. The order that it becomes is told of as any other, from its own NEW on.
"""

from __future__ import annotations

from collections.abc import Iterator

from tickwright.venues.binance.dialect.private.context import Context
from tickwright.venues.binance.dialect.private.desk import to_ms
from tickwright.venues.binance.dialect.private.notionals import Notionals
from tickwright.venues.binance.dialect.private.orders import tag_of
from tickwright.venues.binance.dialect.private.refusals import usdm_refused
from tickwright.venues.binance.dialect.private.usdm_views import (
    ALGO_IDS_FROM,
    STATUSES,
    UsdmViews,
    algo_status,
    money,
)
from tickwright.venues.binance.dialect.spelling import decimal_text
from tickwright.venues.commands import TimeInForce
from tickwright.venues.reports import EndReason, Execution, OrderReport, OrderStatus, OrderView


__all__ = ["UsdmOrderEvents"]

Json = dict[str, object]

_EXECUTIONS = {
    Execution.ACCEPTED: "NEW",
    Execution.FORCED: "CALCULATED",
    Execution.TRIGGERED: "NEW",
    Execution.TRADED: "TRADE",
    Execution.AMENDED: "AMENDMENT",
    Execution.CANCELED: "CANCELED",
    Execution.EXPIRED: "EXPIRED",
    Execution.PREVENTED: "EXPIRED",
}
_BY_AMENDMENT = frozenset({EndReason.SHRUNK, EndReason.WOULD_TAKE})
_EXPIRY_REASONS = {
    EndReason.SELF_TRADE: "1",
    EndReason.IOC: "2",
    EndReason.REDUCE_ONLY: "4",
    EndReason.LIQUIDATION: "5",
    EndReason.FOK: "8",
    EndReason.NO_LIQUIDITY: "9",
    EndReason.PRICE_REACH: "9",
}
_IOC_AND_SELF_TRADE = "3"
_ALGO_DIGITS = 5


class UsdmOrderEvents:
    """Writes the events of orders.

    Args:
        context: Whose engine.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._notionals = Notionals()
        self._writers: dict[str, UsdmViews] = {}

    def of(self, report: OrderReport) -> Iterator[Json]:
        """Yield what a report is told as, in order; a fill is told of twice, first in few words."""
        order = report.order
        self._notionals.note(order, self._context.listing(order.symbol))
        if order.request.trigger is None:
            yield from self._plain(report)
            return
        if not order.triggered_ns:
            yield from self._untriggered(report)
            return
        if report.execution is Execution.TRIGGERED:
            yield self.algo(report, "TRIGGERING")
            yield self.algo(report, "TRIGGERED")
        yield from self._plain(report)
        if not order.status.is_open:
            yield self.algo(report, "FINISHED")

    def _plain(self, report: OrderReport) -> Iterator[Json]:
        if report.fill is not None:
            yield self.trade(report)
        yield self.order(report)

    def _untriggered(self, report: OrderReport) -> Iterator[Json]:
        status = algo_status(report.order)
        if status == "REJECTED":
            yield self.algo(report, "TRIGGERING")
        yield self.algo(report, status)

    def _head(self, kind: str, report: OrderReport) -> Json:
        return {"e": kind, "E": self._context.told_ms, "T": to_ms(report.ts_ns)}

    # ------------------------------------------------------------------ the order

    def order(self, report: OrderReport) -> Json:
        """Return an ``ORDER_TRADE_UPDATE``.

        Example:
            {"e":"ORDER_TRADE_UPDATE","E":1795000000106,"T":1795000000105,"o":{"s":"BTCUSDT","c":"fsim-0001","S":"BUY",
             "o":"LIMIT","f":"GTC","q":"0.010","p":"65000.10","ap":"0","sp":"0","x":"NEW","X":"NEW","i":22542179,
             "l":"0","z":"0","L":"0","T":1795000000105,"t":0,"b":"650.00100","a":"0","m":false,"R":false,
             "wt":"CONTRACT_PRICE","ot":"LIMIT","ps":"BOTH","cp":false,"pP":false,"si":0,"ss":0,"rp":"0",
             "V":"EXPIRE_MAKER","pm":"NONE","gtd":0,"er":"0"}}
        """
        body = {
            **self._request(report),
            **self._last(report),
            **self._standing(report),
            **self._terms(report),
        }
        return {**self._head("ORDER_TRADE_UPDATE", report), "o": body}

    def _request(self, report: OrderReport) -> Json:
        """Return what was asked for, and what has become of it."""
        order, writer = report.order, self._writer(report.order.symbol)
        request, stop = order.request, _stop_price(order)
        body: Json = {
            "s": order.symbol,
            "c": order.client_id,
            "S": request.side.name,
            "o": request.kind.name,
            "f": tag_of(request).time_in_force,
            "q": writer.quantity(order.quantity),
            "p": writer.price(order.price) if order.price else "0",
            "ap": writer.average(order) if order.filled else "0",
            "sp": writer.price(stop) if stop else "0",
            "x": _execution(report),
            "X": STATUSES[order.status],
            "i": order.id,
        }
        if report.execution is Execution.AMENDED and report.tag is not None:
            body["M"] = str(report.tag)
        return body

    def _last(self, report: OrderReport) -> Json:
        """Return the trade that it is about; without a commission nothing is said of one."""
        fill, writer = report.fill, self._writer(report.order.symbol)
        filled = report.order.filled
        body: Json = {
            "l": "0" if fill is None else writer.quantity(fill.quantity),
            "z": writer.quantity(filled) if filled else "0",
            "L": "0" if fill is None else writer.price(fill.price),
        }
        if fill is not None and fill.fee:
            body |= {"n": money(fill.fee), "N": fill.fee_asset}
        return body | {
            "T": to_ms(report.ts_ns),
            "t": 0 if fill is None else fill.trade_id,
        }

    def _standing(self, report: OrderReport) -> Json:
        """Return where it stands among the account's orders, and how it came there."""
        order, writer = report.order, self._writer(report.order.symbol)
        request, tag = order.request, tag_of(order.request)
        bids, asks = self._notionals.of(order.account, order.symbol)
        body: Json = {
            "b": writer.turnover(bids) if bids else "0",
            "a": writer.turnover(asks) if asks else "0",
            "m": report.fill is not None and report.fill.is_maker,
            "R": request.is_reduce_only,
            "wt": tag.working_type,
            "ot": tag.type,
            "ps": "BOTH",
            "cp": request.closes_position,
        }
        if tag.callback_rate:
            body |= {"AP": writer.price(_stop_price(order)), "cr": tag.callback_rate}
        return body

    @staticmethod
    def _terms(report: OrderReport) -> Json:
        """Return the rest: on what terms, what it brought, and why it ended."""
        fill, tag = report.fill, tag_of(report.order.request)
        return {
            "pP": tag.is_price_protected,
            "si": 0,
            "ss": 0,
            "rp": money(fill.realized) if fill is not None and fill.realized else "0",
            "V": tag.self_trade,
            "pm": tag.price_match,
            "gtd": tag.good_till_ms,
            "er": _expiry_reason(report),
        }

    def trade(self, report: OrderReport) -> Json:
        """Return a ``TRADE_LITE``.

        Example:
            {"e":"TRADE_LITE","E":1795000000207,"T":1795000000205,"s":"BTCUSDT","q":"0.010","p":"65000.10","m":false,
             "c":"fsim-0001","S":"BUY","L":"65000.10","l":"0.010","t":6200000050,"i":22542179}
        """
        order, fill, writer = report.order, report.fill, self._writer(report.order.symbol)
        assert fill is not None
        return {
            **self._head("TRADE_LITE", report),
            "s": order.symbol,
            "q": writer.quantity(order.quantity),
            "p": writer.price(order.price) if order.price else "0",
            "m": fill.is_maker,
            "c": order.client_id,
            "S": order.request.side.name,
            "L": writer.price(fill.price),
            "l": writer.quantity(fill.quantity),
            "t": fill.trade_id,
            "i": order.id,
        }

    # ------------------------------------------------------------------ the conditional order

    def algo(self, report: OrderReport, status: str) -> Json:
        """Return an ``ALGO_UPDATE``; what the engine made of the order is there once it reached it.

        Example:
            {"e":"ALGO_UPDATE","T":1795000900001,"E":1795000900002,"o":{"caid":"alg-0001","aid":2146760,
             "at":"CONDITIONAL","o":"TAKE_PROFIT","s":"BTCUSDT","S":"SELL","ps":"BOTH","f":"GTC","q":"0.010",
             "X":"TRIGGERED","ai":"22542190","ap":"0.00000","aq":"0.00000","act":"LIMIT","tp":"67000.00",
             "p":"67000.00","V":"EXPIRE_MAKER","wt":"CONTRACT_PRICE","pm":"NONE","cp":false,"pP":false,"R":false,
             "tt":1795000900000,"gtd":0,"rm":"","ia":false}}
        """
        order = report.order
        request, tag, writer = order.request, tag_of(order.request), self._writer(order.symbol)
        is_ordered = status in ("TRIGGERED", "FINISHED")
        body: Json = {
            "caid": order.client_id,
            "aid": ALGO_IDS_FROM + order.id,
            "at": "CONDITIONAL",
            "o": tag.type,
            "s": order.symbol,
            "S": request.side.name,
            "ps": "BOTH",
            "f": tag.time_in_force,
            "q": writer.quantity(order.quantity),
            "X": status,
            "ai": str(order.id) if is_ordered else "",
        }
        if is_ordered:
            body |= {
                "ap": writer.average(order),
                "aq": self._executed(order),
                "act": request.kind.name,
            }
        return {
            **self._head("ALGO_UPDATE", report),
            "o": body
            | {
                "tp": writer.price(order.trigger_price),
                "p": writer.price(order.price),
                "V": tag.self_trade,
                "wt": tag.working_type,
                "pm": tag.price_match,
                "cp": request.closes_position,
                "pP": tag.is_price_protected,
                "R": request.is_reduce_only,
                "tt": to_ms(order.triggered_ns),
                "gtd": tag.good_till_ms,
                "rm": "" if report.refusal is None else str(usdm_refused(report.refusal)),
                "ia": bool(tag.callback_rate) and order.tracking_ns > 0,
            },
        }

    def _executed(self, order: OrderView) -> str:
        scale = self._context.listing(order.symbol).quantity_scale
        return decimal_text(order.filled, scale, max(scale, _ALGO_DIGITS))

    def _writer(self, symbol: str) -> UsdmViews:
        found = self._writers.get(symbol)
        if found is None:
            found = self._writers[symbol] = UsdmViews(self._context.listing(symbol))
        return found


def _stop_price(order: OrderView) -> int:
    return 0 if order.request.trigger is None else order.request.trigger.price


def _execution(report: OrderReport) -> str:
    if report.reason in _BY_AMENDMENT:
        return "AMENDMENT"  # it asked for no more than was filled, or would have taken
    if report.order.status.is_open and report.execution is Execution.PREVENTED:
        return "AMENDMENT"  # both sides shrink, and this one goes on
    return _EXECUTIONS[report.execution]


def _expiry_reason(report: OrderReport) -> str:
    order = report.order
    if report.reason is None or order.status not in (OrderStatus.EXPIRED, OrderStatus.PREVENTED):
        return "0"
    is_immediate = order.request.time_in_force is TimeInForce.IOC
    if is_immediate and order.prevented:
        return _IOC_AND_SELF_TRADE
    return _EXPIRY_REASONS.get(report.reason, "0")
