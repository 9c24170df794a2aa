"""Where a market's own order flow and users' orders meet: one book for both, the matching engine's.

An instrument keeps its own, cheap book until somebody with an account deals with it. Then it joins: the engine opens a market
with the same ids and prices, a house account quotes what stood in the book, and from there on the instrument's flow,
generated or recorded, is commands of house accounts, among everybody else's. Instruments that nobody trades cost what
they always did.

What the public sees is up to the instrument: a generated one shows the engine's book, with users in it; a recorded one
goes on showing the recording.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from tickwright.model.market import Side
from tickwright.sandbox.account import ACCOUNT, SandboxAccount
from tickwright.sandbox.enginefloor import EngineFloor
from tickwright.sandbox.exchange import Exchange
from tickwright.sandbox.ports import TradedInstrument, TradedMarket
from tickwright.venues.commands import (
    CancelReplace,
    Command,
    Deposit,
    OpenAccount,
    SetLevel,
    SetMark,
    SubmitOrder,
)
from tickwright.venues.facts import AMOUNT_SCALE, RATE_SCALE, ForcedFact, TradeFact, scaled
from tickwright.venues.marketrules import MarketRules
from tickwright.venues.privateside import ApiKey, PrivateSide
from tickwright.venues.reports import BookChanged, Event, PositionLiquidated, Refusal, TradePrinted


__all__ = ["JoinedExchange", "tell", "trading_side"]

_QUOTES, _TAKES = "house quotes", "house takers"
_NS_PER_MS = 1_000_000
_BEAT_MS = 100
_FIRST_ORDER_ID = 1_000_000

Heard = Callable[[Sequence[Event]], None]


class JoinedExchange(Exchange):
    """A matching engine whose markets join those of a market when they are first dealt with.

    Args:
        market: Whose instruments are traded.
        heard: Told of every batch of events, whoever caused it.
    """

    def __init__(self, market: TradedMarket, *heard: Heard) -> None:
        super().__init__(first_order_id=_FIRST_ORDER_ID)
        self._origin = market
        self._heard = [*heard]
        self._known: dict[str, MarketRules | None] = {}
        for account in (_QUOTES, _TAKES):
            super().submit(OpenAccount(account=account, is_house=True), 0)

    def listen(self, heard: Heard) -> None:
        """Tell somebody else of every batch of events, too, behind those who listen already."""
        self._heard.append(heard)

    def rules(self, symbol: str) -> MarketRules | None:
        """Return a market's rules, joined or not; ``None`` if there is no such market."""
        if symbol not in self._known:
            self._known[symbol] = self._origin.rules(symbol)
        return self._known[symbol]

    def submit(self, command: Command, now_ns: int) -> list[Event]:
        """Carry out a command of somebody's, and let the market know what came of it."""
        self._admit(getattr(command, "symbol", "") or _symbol_in(command))
        events = super().submit(command, now_ns)
        self._spread(events)
        return events

    def check(self, request: SubmitOrder, now_ns: int) -> Refusal | None:
        """Return why an order would be refused, without placing it."""
        self._admit(request.symbol)
        return super().check(request, now_ns)

    def bids(self, symbol: str, limit: int) -> list[tuple[int, int]]:
        """Return up to ``limit`` levels, best first, of a market joined or not."""
        instrument = self._apart(symbol)
        return super().bids(symbol, limit) if instrument is None else instrument.bids(limit)

    def asks(self, symbol: str, limit: int) -> list[tuple[int, int]]:
        """Return up to ``limit`` levels, best first, of a market joined or not."""
        instrument = self._apart(symbol)
        return super().asks(symbol, limit) if instrument is None else instrument.asks(limit)

    def _apart(self, symbol: str) -> TradedInstrument | None:
        """Return an instrument that has not joined."""
        return None if symbol in self._floor.markets else self._origin.find(symbol)

    def beat(self) -> None:
        """Let the market's time pass: marks move, orders end, funding is paid."""
        now_ns = self._origin.now_ms * _NS_PER_MS
        for symbol in self.symbols:
            self._mark(symbol)
        self._spread(self.tick(now_ns))

    def join(self, symbol: str) -> None:
        """Let an instrument join as if somebody dealt with it; one that is not listed is passed over."""
        self._admit(symbol)

    # ------------------------------------------------------------------ joining

    def _admit(self, symbol: str) -> None:
        instrument = self._origin.find(symbol)
        rules = self.rules(symbol)
        if instrument is None or rules is None:
            return
        if symbol not in self._floor.markets:
            self._join(instrument, rules)
        self._mark(symbol)

    def _join(self, instrument: TradedInstrument, rules: MarketRules) -> None:
        symbol = rules.symbol
        bids, asks = instrument.bids(1 << 30), instrument.asks(1 << 30)
        self.add_market(
            rules,
            last_price=instrument.last_price,
            last_trade_id=instrument.last_trade_id,
            update_id=instrument.update_id,
        )
        for side, levels in ((Side.BUY, bids), (Side.SELL, asks)):
            for price, quantity in levels:
                command = SetLevel(
                    account=_QUOTES, symbol=symbol, side=side, price=price, quantity=quantity
                )
                super().submit(command, 0)
        house = partial(self._house, symbol)
        instrument.join(EngineFloor(self._floor.markets[symbol], house, _QUOTES, _TAKES))

    def _house(self, symbol: str, command: Command) -> None:
        """Carry out a command of an instrument's own flow, which sees to the book itself afterwards."""
        self._spread(super().submit(command, self._origin.now_ms * _NS_PER_MS), but=symbol)

    def _mark(self, symbol: str) -> None:
        instrument, rules = self._origin.find(symbol), self.rules(symbol)
        if instrument is None or rules is None or not rules.is_margined:
            return
        fact = instrument.mark(self._origin.now_ms)
        unit: int = 10 ** (RATE_SCALE - rules.listing.price_scale)
        if fact.mark < unit:
            return  # nothing has a price yet
        self._spread(
            super().submit(
                SetMark(
                    symbol=symbol,
                    mark=fact.mark // unit,
                    funding_rate=fact.rate,
                    funding_ns=fact.next_funding_ms * _NS_PER_MS,
                ),
                self._origin.now_ms * _NS_PER_MS,
            )
        )

    # ------------------------------------------------------------------ telling

    def _spread(self, events: Sequence[Event], *, but: str = "") -> None:
        """Tell accounts and instruments of events; all instruments go on afterwards but the one at work."""
        for heard in self._heard:
            heard(events)
        parts: dict[str, list[Event]] = {}
        for event in events:
            if isinstance(event, BookChanged | TradePrinted):
                parts.setdefault(event.symbol, []).append(event)
            elif isinstance(event, PositionLiquidated):
                parts.setdefault(event.order.symbol, []).append(event)
        for symbol, part in parts.items():
            instrument = self._origin.find(symbol)
            if instrument is not None:
                tell(instrument, part)
                if symbol != but:
                    instrument.settle(self._origin.now_ms)


def tell(instrument: TradedInstrument, events: Iterable[Event]) -> None:
    """Tell an instrument what became of it on the engine's book."""
    runs: list[list[TradeFact]] = []
    bids: list[int] = []
    asks: list[int] = []
    forced: list[ForcedFact] = []
    key: tuple[int, int] | None = None
    for event in events:
        if isinstance(event, TradePrinted):
            taker = event.sell_order_id if event.is_buyer_maker else event.buy_order_id
            if key != (taker, event.price):
                key = (taker, event.price)
                runs.append([])
            ts_ms = event.ts_ns // _NS_PER_MS
            runs[-1].append(
                TradeFact(event.id, event.price, event.quantity, ts_ms, event.is_buyer_maker)
            )
        elif isinstance(event, BookChanged):
            bids += [price for price, _ in event.bids]
            asks += [price for price, _ in event.asks]
        elif isinstance(event, PositionLiquidated):
            forced.append(_forced(event))
    instrument.on_floor(runs, bids, asks)
    for fact in forced:
        instrument.on_forced(fact)


def _forced(event: PositionLiquidated) -> ForcedFact:
    order, is_buy = event.order, event.order.request.side is Side.BUY
    ts_ms = event.ts_ns // _NS_PER_MS
    return ForcedFact(order.price, event.average, order.filled, is_buy, ts_ms)


def _symbol_in(command: Command) -> str:
    return command.submit.symbol if isinstance(command, CancelReplace) else ""


def trading_side(
    market: TradedMarket,
    account: SandboxAccount,
    keys: Sequence[ApiKey] = (),
    exchange: JoinedExchange | None = None,
) -> PrivateSide | None:
    """Return what serves those who hold a key to a market, ``None`` where orders are not simulated.

    Args:
        market: Where they trade.
        account: Who they are, and with what they begin.
        keys: More keys; each opens its account with the same funds.
        exchange: The market's matching engine, for those who want to look into it; one is made unless given.
    """
    own = ApiKey(key=account.key, account=ACCOUNT, secret=account.secret)
    everyone = [own, *keys]
    if exchange is None:
        exchange = JoinedExchange(market)
    for name in dict.fromkeys(key.account for key in everyone):
        exchange.submit(OpenAccount(account=name), 0)
        for asset, amount in account.balances.items():
            raw = scaled(amount, AMOUNT_SCALE)
            if raw:
                exchange.submit(Deposit(account=name, asset=asset, amount=raw), 0)
    side = market.dialect.private_side(exchange, market, everyone)
    if side is None:
        return None
    exchange.listen(side.take)

    def beat(now_ms: int) -> None:
        exchange.beat()
        side.beat(now_ms)

    market.every(_BEAT_MS, beat)
    return side
