"""An account as its user events tell of it, and as REST shows it: folded by section 17 and 18, with nothing of ours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any


__all__ = ["SPOT_QUESTIONS", "USDM_QUESTIONS", "SpotFold", "UsdmFold"]

Json = dict[str, Any]
SPOT_QUESTIONS: dict[str, Json] = {
    "/api/v3/allOrders": {"symbol": "BTCUSDT", "limit": 1000},
    "/api/v3/myTrades": {"symbol": "BTCUSDT", "limit": 1000},
    "/api/v3/allOrderList": {"limit": 1000},
    "/api/v3/account": {},
}
"""What REST is asked, with which parameters, for `SpotFold.compare`."""
USDM_QUESTIONS: dict[str, Json] = {
    "/fapi/v1/allOrders": {"symbol": "BTCUSDT", "limit": 1000},
    "/fapi/v1/userTrades": {"symbol": "BTCUSDT", "limit": 1000},
    "/fapi/v1/allAlgoOrders": {"symbol": "BTCUSDT", "limit": 1000},
    "/fapi/v2/positionRisk": {"symbol": "BTCUSDT"},
    "/fapi/v3/balance": {},
}

SPOT_STATES = {
    "NEW": {"NEW", "PENDING_NEW"},
    "TRADE": {"PARTIALLY_FILLED", "FILLED"},
    "CANCELED": {"CANCELED"},
    "REPLACED": {"NEW", "PARTIALLY_FILLED", "PENDING_NEW"},
    "EXPIRED": {"EXPIRED"},
    "TRADE_PREVENTION": {"EXPIRED_IN_MATCH", "NEW", "PARTIALLY_FILLED"},
}
USDM_STATES = {
    "NEW": {"NEW"},
    "TRADE": {"PARTIALLY_FILLED", "FILLED"},
    "CANCELED": {"CANCELED"},
    "EXPIRED": {"EXPIRED", "EXPIRED_IN_MATCH"},
    "AMENDMENT": {"NEW", "PARTIALLY_FILLED", "CANCELED"},
    "CALCULATED": {"NEW"},
}
_DIGIT = Decimal("0.00000001")
ENDED = {"FILLED", "CANCELED", "EXPIRED", "EXPIRED_IN_MATCH", "REJECTED"}


def number(text: Any) -> Decimal:
    return Decimal(str(text))


class Orders:
    """Orders by id, and their trades."""

    def __init__(self, states: dict[str, set[str]]) -> None:
        self.states = states
        self.last: dict[int, Json] = {}
        self.trades: dict[tuple[int, int], Json] = {}

    def take(self, report: Json) -> None:
        order_id, before = report["i"], self.last.get(report["i"])
        assert report["X"] in self.states[report["x"]], report
        if before is None:
            assert report["x"] in ("NEW", "CALCULATED"), report
        else:
            assert before["X"] not in ENDED, (
                f"something happened to an order that had ended: {report}"
            )
        filled = number(report["z"]) - (number(before["z"]) if before else 0)
        assert filled == number(report["l"]), report
        if report["x"] == "TRADE":
            key = (order_id, report["t"])
            assert key not in self.trades, f"a trade was told twice: {report}"
            self.trades[key] = report
        else:
            assert not filled
        self.last[order_id] = report


class SpotFold:
    """A spot account."""

    def __init__(self) -> None:
        self.orders = Orders(SPOT_STATES)
        self.executions: set[int] = set()
        self.balances: dict[str, tuple[Decimal, Decimal]] = {}
        self.lists: dict[int, Json] = {}

    def take(self, events: Iterable[Json]) -> None:
        for event in events:
            if event["e"] == "executionReport":
                assert event["I"] not in self.executions, f"an execution was told twice: {event}"
                self.executions.add(event["I"])
                self.orders.take(event)
            elif event["e"] == "listStatus":
                self.lists[event["g"]] = event
            elif event["e"] == "outboundAccountPosition":
                for row in event["B"]:
                    self.balances[row["a"]] = (number(row["f"]), number(row["l"]))

    def compare(self, shown: Mapping[str, Any]) -> None:
        """Fail where REST shows anything else; it is given path by path."""
        rows = shown["/api/v3/allOrders"]
        assert {row["orderId"]: _spot_row(row) for row in rows} == {
            number: _spot_told(told) for number, told in self.orders.last.items()
        }
        fills = shown["/api/v3/myTrades"]
        assert {(row["orderId"], row["id"]): _spot_fill(row) for row in fills} == {
            key: (told["L"], told["l"], told["Y"], told["n"], told["N"], told["m"])
            for key, told in self.orders.trades.items()
        }
        account = shown["/api/v3/account"]
        held = {
            row["asset"]: (number(row["free"]), number(row["locked"]))
            for row in account["balances"]
        }
        assert {asset: held[asset] for asset in self.balances} == self.balances
        lists = shown["/api/v3/allOrderList"]
        assert {row["orderListId"]: row["listOrderStatus"] for row in lists} == {
            number: told["L"] for number, told in self.lists.items()
        }


def _spot_row(row: Json) -> tuple[object, ...]:
    names = (
        "status",
        "executedQty",
        "cummulativeQuoteQty",
        "origQty",
        "price",
        "type",
        "timeInForce",
    )
    return tuple(row[name] for name in names)


def _spot_told(told: Json) -> tuple[object, ...]:
    return tuple(told[name] for name in "XzZqpof")


def _spot_fill(row: Json) -> tuple[object, ...]:
    names = ("price", "qty", "quoteQty", "commission", "commissionAsset", "isMaker")
    return tuple(row[name] for name in names)


class UsdmFold:
    """A USD-M account, from the moment on at which it had ``balance`` and nothing else."""

    def __init__(self, balance: str) -> None:
        self.balance = number(balance)
        self.orders = Orders(USDM_STATES)
        self.algos: dict[int, str] = {}
        self.wallet = number(balance)
        self.positions: dict[str, Json] = {}
        self.waiting: list[Json] = []

    def take(self, events: Iterable[Json]) -> None:
        for event in events:
            if event["e"] == "ORDER_TRADE_UPDATE":
                self._order(event["o"])
            elif event["e"] == "TRADE_LITE":
                self.waiting.append(event)
            elif event["e"] == "ALGO_UPDATE":
                assert self.algos.get(event["o"]["aid"]) not in ("FINISHED", "CANCELED", "REJECTED")
                self.algos[event["o"]["aid"]] = event["o"]["X"]
            elif event["e"] == "ACCOUNT_UPDATE":
                self._account(event["a"])

    def _order(self, report: Json) -> None:
        self.orders.take(report)
        if report["x"] == "TRADE":
            self.balance += number(report["rp"]) - number(report.get("n", 0))
            lite = self.waiting.pop(0)
            assert {name: lite[name] for name in "simcSLlt"} == {
                name: report[name] for name in "simcSLlt"
            }

    def _account(self, update: Json) -> None:
        for row in update["B"]:
            self.balance += number(row["bc"])
            self.wallet = number(row["wb"])
            # What is shown of a profit or a fee is cut off after eight digits; the wallet is not.
            error = abs(self.wallet - self.balance)
            assert error <= _DIGIT * 2 * len(self.orders.trades), (
                "trades and fundings make it another"
            )
        for row in update["P"]:
            self.positions[row["s"]] = row

    def compare(self, shown: Mapping[str, Any]) -> None:
        """Fail where REST shows anything else; it is given path by path."""
        rows = shown["/fapi/v1/allOrders"]
        assert {row["orderId"]: _usdm_row(row) for row in rows} == {
            number: _usdm_told(told) for number, told in self.orders.last.items()
        }
        fills = shown["/fapi/v1/userTrades"]
        assert {(row["orderId"], row["id"]): _usdm_fill(row) for row in fills} == {
            key: (told["L"], told["l"], number(told.get("n", 0)), number(told["rp"]), told["m"])
            for key, told in self.orders.trades.items()
        }
        algos = shown["/fapi/v1/allAlgoOrders"]
        assert {row["algoId"]: row["algoStatus"] for row in algos} == self.algos
        assert not self.waiting
        wallets = {row["asset"]: number(row["balance"]) for row in shown["/fapi/v3/balance"]}
        assert wallets["USDT"] == self.wallet
        held = {row["symbol"]: row for row in shown["/fapi/v2/positionRisk"]}
        for name, told in self.positions.items():
            row = held[name]
            assert [number(told[key]) for key in ("pa", "ep", "bep")] == [
                number(row[key]) for key in ("positionAmt", "entryPrice", "breakEvenPrice")
            ]
            assert (told["mt"], number(told["iw"])) == (
                row["marginType"],
                number(row["isolatedWallet"]),
            )


def _usdm_row(row: Json) -> tuple[object, ...]:
    names = ("executedQty", "origQty", "price", "avgPrice")
    return (row["status"], row["type"], row["origType"], *(number(row[name]) for name in names))


def _usdm_told(told: Json) -> tuple[object, ...]:
    return (
        told["X"],
        told["o"],
        told["ot"],
        *(number(told[name]) for name in ("z", "q", "p", "ap")),
    )


def _usdm_fill(row: Json) -> tuple[object, ...]:
    worth = (number(row["commission"]), number(row["realizedPnl"]))
    return (row["price"], row["qty"], *worth, row["maker"])
