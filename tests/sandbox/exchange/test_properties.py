"""What holds after every command, whatever the commands: exact books, funds, priorities."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tests.sandbox.exchange.conftest import FUNDS, PERP, SPOT

from tickwright.model.market import Side
from tickwright.sandbox.exchange import Exchange
from tickwright.venues.commands import (
    AdjustMargin,
    AmendOrder,
    CancelAll,
    CancelOrder,
    CancelReplace,
    Command,
    Deposit,
    OpenAccount,
    OrderKind,
    ReplayTrade,
    SelfTrade,
    SetLevel,
    SetLeverage,
    SetMarginMode,
    SetMark,
    SubmitList,
    SubmitOrder,
    TimeInForce,
    Trigger,
    TriggerBy,
    TriggerKind,
)
from tickwright.venues.marketrules import MarginBracket, MarketRules
from tickwright.venues.reports import (
    BookChanged,
    Event,
    Execution,
    OrderReport,
    OrderStatus,
    OrderView,
    TradePrinted,
)


S = "BTCUSDT"
UNIT = 10 ** (16 - 2 - 3)
BASE_UNIT = 10 ** (16 - 3)
ACCOUNTS = ("a", "b", "c")
CLIENT_FUNDS = FUNDS // 30_000  # small enough that balances run out

BRACKETS = (
    MarginBracket(cap=10**6 * UNIT, leverage=100, rate=10**6),
    MarginBracket(cap=10**9 * UNIT, leverage=50, rate=2 * 10**6, deduction=10**4 * UNIT),
)

prices = st.integers(90, 110)
quantities = st.integers(1, 30).map(lambda n: n * 1000)
sides = st.sampled_from([Side.BUY, Side.SELL])
accounts = st.sampled_from(ACCOUNTS)
times = st.sampled_from([TimeInForce.GTC] * 4 + list(TimeInForce))
self_trades = st.sampled_from(list(SelfTrade))


@st.composite
def orders(draw: st.DrawFn, *, is_margined: bool, has_trigger: bool = True) -> SubmitOrder:
    kind = draw(st.sampled_from([OrderKind.LIMIT] * 4 + [OrderKind.MARKET]))
    quantity = draw(quantities)
    more: dict[str, Any] = {}
    if kind is OrderKind.LIMIT:
        more["price"] = draw(prices)
        more["time_in_force"] = tif = draw(times)
        more["expires_ns"] = draw(st.integers(1, 60)) if tif is TimeInForce.GTD else 0
        more["is_post_only"] = draw(st.integers(0, 5)) == 0
        if tif is TimeInForce.GTC and draw(st.integers(0, 3)) == 0:
            more["display"] = draw(st.integers(1, quantity // 1000)) * 1000
    if has_trigger and draw(st.integers(0, 3)) == 0:
        trail_bps = draw(st.sampled_from([0, 0, 100, 300]))
        more["trigger"] = Trigger(
            draw(st.sampled_from(list(TriggerKind))),
            # A market order without a trigger price is funded at the last price, which `need` does not know.
            draw(prices) if not trail_bps or kind is OrderKind.MARKET or draw(st.booleans()) else 0,
            draw(st.sampled_from(list(TriggerBy))) if is_margined else TriggerBy.LAST,
            trail_bps,
        )
    elif kind is OrderKind.MARKET and draw(st.booleans()) and not is_margined:
        quantity, more["quote_amount"] = 0, draw(st.integers(1, 3000)) * 1000 * UNIT
    return SubmitOrder(
        account=draw(accounts),
        symbol=S,
        side=draw(sides),
        kind=kind,
        quantity=quantity,
        self_trade=draw(self_trades),
        is_reduce_only=is_margined and draw(st.integers(0, 2)) == 0,
        **more,
    )


@st.composite
def order_lists(draw: st.DrawFn) -> SubmitList:
    account, side, quantity = draw(accounts), draw(sides), draw(quantities)
    low, high = sorted((draw(prices), draw(prices)))
    stop, limit = (low, high) if side is Side.SELL else (high, low)
    legs = (
        SubmitOrder(
            account=account,
            symbol=S,
            side=side,
            quantity=quantity,
            kind=draw(st.sampled_from(list(OrderKind))),
            trigger=Trigger(TriggerKind.STOP, stop),
        ),
        SubmitOrder(
            account=account,
            symbol=S,
            side=side,
            quantity=quantity,
            price=limit,
            is_post_only=True,
        ),
    )
    if legs[0].kind is OrderKind.LIMIT:
        priced = {f: getattr(legs[0], f) for f in SubmitOrder.__struct_fields__}
        legs = (SubmitOrder(**{**priced, "price": draw(prices)}), legs[1])
    working = None
    if draw(st.booleans()):
        working = SubmitOrder(
            account=account,
            symbol=S,
            side=draw(sides),
            quantity=quantity,
            price=draw(prices),
            self_trade=draw(self_trades),
        )
        legs = legs[: draw(st.integers(1, 2))]  # type: ignore[assignment]  # one leg is an OTO
    return SubmitList(account=account, symbol=S, legs=legs, working=working)


class Market(RuleBasedStateMachine):
    """Random commands on a spot market; `Contracts` does the same on a margined one."""

    is_margined = False

    @initialize()
    def open(self) -> None:
        rules = MarketRules(
            listing=PERP if self.is_margined else SPOT,
            is_margined=self.is_margined,
            maker_fee=100_000,
            taker_fee=123_457,
            funding_interval_ns=20,
            brackets=BRACKETS,
            forced_name="autoclose-",
        )
        self.exchange, self.twin = Exchange(), Exchange()
        for exchange in (self.exchange, self.twin):
            exchange.add_market(rules, last_price=100)
        self.now_ns = 0
        self.deposits: dict[str, int] = defaultdict(int)
        self.book: dict[bool, dict[int, int]] = {True: {}, False: {}}
        self.update_id = 0
        self.owners: dict[int, str] = {}
        self.requests: dict[int, SubmitOrder] = {}
        self.positions: dict[str, int] = defaultdict(int)
        self.legs_filled: dict[int, dict[int, int]] = defaultdict(dict)
        self.workings: list[SubmitOrder] = []
        for account in ACCOUNTS:
            # a and b belong together.
            group = "ab" if account in "ab" else ""
            self.do(OpenAccount(account=account, group=group))
            for asset in ("BTC", "USDT"):
                self.do(Deposit(account=account, asset=asset, amount=CLIENT_FUNDS))
                self.deposits[asset] += CLIENT_FUNDS
        self.do(OpenAccount(account="house", is_house=True))
        for distance in range(1, 6):
            self.set_level(Side.BUY, 100 - distance, 8000)
            self.set_level(Side.SELL, 100 + distance, 8000)

    # -------------------------------------------------------------- commands

    def do(self, command: Command) -> list[Event]:
        self.now_ns += 1
        events = self.exchange.submit(command, self.now_ns)
        assert events == self.twin.submit(command, self.now_ns), "not deterministic"
        self.note(events, command)
        return events

    @rule(data=st.data())
    def submit(self, data: st.DataObject) -> None:
        self.do(data.draw(orders(is_margined=self.is_margined)))

    @rule(data=st.data())
    def list_orders(self, data: st.DataObject) -> None:
        if not self.is_margined:
            command = data.draw(order_lists())
            if command.working is not None:
                self.workings.append(command.working)
            self.do(command)

    @rule(account=accounts, pick=st.integers(0, 50))
    def cancel(self, account: str, pick: int) -> None:
        found = self.exchange.open_orders(account)
        if found:
            order = found[pick % len(found)]
            self.do(CancelOrder(account=account, symbol=S, order_id=order.id))

    @rule(account=accounts, pick=st.integers(0, 50), data=st.data())
    def replace(self, account: str, pick: int, data: st.DataObject) -> None:
        found = self.exchange.open_orders(account)
        order_id = found[pick % len(found)].id if found else 1
        self.do(
            CancelReplace(
                cancel=CancelOrder(account=account, symbol=S, order_id=order_id),
                submit=data.draw(orders(is_margined=self.is_margined)),
                stops_on_failure=data.draw(st.booleans()),
            )
        )

    @rule(account=accounts, pick=st.integers(0, 50), price=prices, quantity=quantities)
    def amend(self, account: str, pick: int, price: int, quantity: int) -> None:
        found = self.exchange.open_orders(account)
        if found:
            order_id = found[pick % len(found)].id
            keeps = bool(pick % 2)
            self.do(
                AmendOrder(
                    account=account,
                    symbol=S,
                    order_id=order_id,
                    quantity=quantity,
                    price=0 if keeps else price,
                    keeps_priority=keeps,
                )
            )

    @rule(side=sides, price=prices, quantity=st.integers(0, 30).map(lambda n: n * 1000))
    def quote(self, side: Side, price: int, quantity: int) -> None:
        self.set_level(side, price, quantity)

    def set_level(self, side: Side, price: int, quantity: int) -> None:
        self.do(SetLevel(account="house", symbol=S, side=side, price=price, quantity=quantity))

    @rule(side=sides, price=prices, quantity=quantities)
    def replay(self, side: Side, price: int, quantity: int) -> None:
        self.do(ReplayTrade(account="house", symbol=S, side=side, price=price, quantity=quantity))

    @rule(account=accounts, leverage=st.integers(1, 100), is_isolated=st.booleans())
    def margin_mode(self, account: str, leverage: int, is_isolated: bool) -> None:
        if self.is_margined:
            self.do(SetMarginMode(account=account, symbol=S, is_isolated=is_isolated))
            self.do(SetLeverage(account=account, symbol=S, leverage=leverage))

    @rule(account=accounts, amount=st.integers(-1000, 1000))
    def margin(self, account: str, amount: int) -> None:
        if self.is_margined:
            self.do(AdjustMargin(account=account, symbol=S, amount=amount * 1000 * UNIT))

    @rule(price=prices, rate=st.integers(-50_000, 50_000), account=accounts)
    def mark(self, price: int, rate: int, account: str) -> None:
        if self.is_margined:
            self.do(SetMark(symbol=S, mark=price, funding_rate=rate, funding_ns=self.now_ns + 5))
        else:
            self.do(CancelAll(account=account))

    # -------------------------------------------------------------- what commands leave

    def note(self, events: list[Event], command: Command) -> None:
        for event in events:
            if isinstance(event, OrderReport):
                self.note_report(event)
            elif isinstance(event, TradePrinted):
                self.note_trade(event)
            elif isinstance(event, BookChanged):
                assert event.first_id == self.update_id + 1
                self.update_id = event.last_id
                for is_bid, changes in ((True, event.bids), (False, event.asks)):
                    side = self.book[is_bid]
                    for price, quantity in changes:
                        assert side.get(price, 0) != quantity, "a change that changes nothing"
                        side[price] = quantity
        if isinstance(command, SubmitOrder):
            self.check_ending(events, command)

    def note_report(self, report: OrderReport) -> None:
        order = report.order
        self.owners[order.id] = order.account
        self.requests[order.id] = order.request
        assert 0 <= order.filled <= order.quantity
        assert order.filled + order.prevented <= order.quantity
        assert (order.filled + order.prevented == order.quantity) or (
            order.leaves > 0
        ) is order.status.is_open
        if order.list_id and not any(order.request is one for one in self.workings):
            filled = self.legs_filled[order.list_id]
            filled[order.id] = order.filled
            assert sum(filled.values()) <= order.request.quantity, "both legs traded"
        if report.execution is Execution.TRADED and report.fill is not None:
            fill = report.fill
            before = self.positions[fill.account]
            after = before + (fill.quantity if fill.is_buy else -fill.quantity)
            self.positions[fill.account] = after
            if order.request.is_reduce_only:
                assert abs(after) < abs(before)
                assert before * after >= 0

    def note_trade(self, trade: TradePrinted) -> None:
        taker_id = trade.sell_order_id if trade.is_buyer_maker else trade.buy_order_id
        request = self.requests.get(taker_id)
        if request is not None and request.self_trade is not SelfTrade.NONE:
            owners = {self.owners.get(one) for one in (trade.buy_order_id, trade.sell_order_id)}
            assert len(owners) == 2
            assert owners != {"a", "b"}

    def check_ending(self, events: list[Event], command: SubmitOrder) -> None:
        mine = [
            e.order for e in events if isinstance(e, OrderReport) and e.order.request is command
        ]
        if not mine or command.trigger is not None:
            return
        last = mine[-1]
        if command.time_in_force is TimeInForce.FOK:
            assert last.filled in (0, last.quantity)
            assert not last.status.is_open
        if command.time_in_force is TimeInForce.IOC or command.kind is OrderKind.MARKET:
            assert not last.status.is_open
        if command.is_post_only:
            assert not any(e.fill for e in events if isinstance(e, OrderReport) and e.order is last)

    # -------------------------------------------------------------- invariants

    @invariant()
    def the_book_is_not_crossed(self) -> None:
        bids, asks = self.exchange.bids(S, 1), self.exchange.asks(S, 1)
        assert not bids or not asks or bids[0][0] < asks[0][0]

    @invariant()
    def deltas_add_up_to_the_book(self) -> None:
        for is_bid, levels in (
            (True, self.exchange.bids(S, 999)),
            (False, self.exchange.asks(S, 999)),
        ):
            kept = {price: quantity for price, quantity in self.book[is_bid].items() if quantity}
            assert kept == dict(levels)
            assert [price for price, _ in levels] == sorted(kept, reverse=is_bid)

    @invariant()
    def the_book_shows_what_orders_leave(self) -> None:
        plain: dict[tuple[bool, int], int] = defaultdict(int)
        whole: dict[tuple[bool, int], int] = defaultdict(int)
        for account in self.exchange.accounts:
            for order in self.exchange.open_orders(account):
                assert order.filled + order.prevented + order.leaves == order.quantity
                if order.is_working:
                    place = (order.request.side is Side.BUY, order.price)
                    whole[place] += order.leaves
                    plain[place] += 0 if order.display else order.leaves
        for is_bid, levels in (
            (True, self.exchange.bids(S, 999)),
            (False, self.exchange.asks(S, 999)),
        ):
            assert {price for side, price in whole if side is is_bid} == set(dict(levels))
            for price, shown in levels:
                assert plain[is_bid, price] <= shown <= whole[is_bid, price]

    @invariant()
    def nothing_is_made_or_lost(self) -> None:
        totals: dict[str, int] = defaultdict(int, self.exchange.collected)
        for account in self.exchange.accounts:
            for balance in self.exchange.balances(account):
                totals[balance.asset] += balance.free + balance.locked
            for position in self.exchange.positions(account):
                totals["USDT"] -= position.cost if position.quantity > 0 else -position.cost
        assert dict(totals) == dict(self.deposits)
        assert not sum(
            p.quantity
            for account in self.exchange.accounts
            for p in self.exchange.positions(account)
        )

    @invariant()
    def what_open_orders_need_is_locked(self) -> None:
        if self.is_margined:
            return
        for account in ACCOUNTS:
            wanted = {"BTC": 0, "USDT": 0}
            shared: dict[tuple[int, str], list[int]] = defaultdict(list)
            for order in self.exchange.open_orders(account):
                asset, amount = self.need(order)
                shared[order.list_id or -order.id, asset].append(amount)
            for (_, asset), amounts in shared.items():
                # Legs that cancel each other are funded once; a working order's legs wait.
                wanted[asset] += max(amounts)
            for balance in self.exchange.balances(account):
                assert balance.free >= 0
                assert balance.locked == wanted[balance.asset], (account, balance.asset)

    @staticmethod
    def need(order: OrderView) -> tuple[str, int]:
        if order.request.side is Side.SELL:
            asset, amount = "BTC", order.leaves * BASE_UNIT
        elif order.request.kind is OrderKind.MARKET and order.request.trigger is not None:
            asset, amount = "USDT", order.leaves * order.request.trigger.price * UNIT
        else:
            asset, amount = "USDT", order.leaves * order.price * UNIT
        return asset, 0 if order.status is OrderStatus.PENDING else amount

    @invariant()
    def nobody_keeps_a_position_without_its_margin(self) -> None:
        for account in ACCOUNTS:
            (wallet,) = [one.free for one in self.exchange.balances(account) if one.asset == "USDT"]
            for position in self.exchange.positions(account) if self.is_margined else ():
                assert bool(position.quantity) or not position.isolated
                if position.quantity:
                    balance = position.isolated if position.is_isolated else wallet
                    assert position.maintenance < balance + position.unrealized

    @invariant()
    def positions_follow_from_fills(self) -> None:
        if self.is_margined:
            for account in ACCOUNTS:
                for position in self.exchange.positions(account):
                    assert position.quantity == self.positions[account]
                    assert position.cost >= 0
                    assert bool(position.cost) == bool(position.quantity)


class Contracts(Market):
    is_margined = True


TestMarket = Market.TestCase
TestMarket.settings = settings(max_examples=120, stateful_step_count=50, deadline=None)
TestContracts = Contracts.TestCase
TestContracts.settings = settings(max_examples=120, stateful_step_count=50, deadline=None)
