"""Books as Bybit streams them (section 4.1): a snapshot first, then what changed among the best levels.

Each topic has a line of update ids of its own: one more with every push. Levels that leave the window are deleted, so
that who applies every delta holds exactly the best levels, no more.
"""

from __future__ import annotations

from tickwright.venues.bybit.dialect.spelling import Spelling, levels_text
from tickwright.venues.bybit.dialect.topics import Topic
from tickwright.venues.facts import InstrumentView


__all__ = ["BookWindow", "sequence_of"]

Levels = list[tuple[int, int]]


def sequence_of(instrument: InstrumentView) -> int:
    """Return the cross sequence: it grows with everything that happens, and compares a symbol's topics."""
    return instrument.update_id + instrument.last_trade_id


class BookWindow:
    """One book topic: what its subscribers hold.

    Args:
        topic: Which depth.
        instrument: Whose book.

    Attributes:
        update_id: Of the last push (``u``).
        is_restarting: Set, the next push begins the line anew at 1 and is a snapshot, as after a restart of the service.
    """

    def __init__(self, topic: Topic, instrument: InstrumentView) -> None:
        self.topic = topic
        self._instrument = instrument
        self._spelling = Spelling(instrument.listing)
        # Every push takes at least one of the instrument's ids: a line never falls behind itself, even if it is
        # given up and begun anew.
        self.update_id = instrument.update_id
        self.is_restarting = False
        self._read()

    def _read(self) -> None:
        instrument, levels = self._instrument, self.topic.levels
        self._bids, self._asks = dict(instrument.bids(levels)), dict(instrument.asks(levels))
        self._sequence, self._matched_ms = sequence_of(instrument), instrument.book_ms

    def snapshot(self, now_ms: int) -> str:
        """Return the snapshot of what subscribers hold."""
        return self._message("snapshot", list(self._bids.items()), list(self._asks.items()), now_ms)

    def flush(self, now_ms: int) -> str | None:
        """Return the delta since the last push (at depth 1 a snapshot), ``None`` if nothing changed."""
        bids, asks = self._bids, self._asks
        self._read()
        changed_bids, changed_asks = _changes(bids, self._bids), _changes(asks, self._asks)
        if not changed_bids and not changed_asks:
            return None
        self.update_id = 1 if self.is_restarting else self.update_id + 1
        if self.topic.levels == 1 or self.is_restarting:
            self.is_restarting = False
            return self.snapshot(now_ms)
        changed_bids.sort(reverse=True)
        changed_asks.sort()
        return self._message("delta", changed_bids, changed_asks, now_ms)

    def body(self, limit: int, now_ms: int) -> str:
        """Return the REST answer for so many levels, of the same line (section 7)."""
        bids, asks = list(self._bids.items())[:limit], list(self._asks.items())[:limit]
        at = self._spelling
        return (
            f'{{"s":"{at.symbol}","b":{levels_text(at, bids)},"a":{levels_text(at, asks)},'
            f'"ts":{now_ms},"u":{self.update_id},"seq":{self._sequence},"cts":{self._matched_ms}}}'
        )

    def _message(self, kind: str, bids: Levels, asks: Levels, now_ms: int) -> str:
        at, topic = self._spelling, self.topic
        if topic.category.is_contract and topic.levels > 1 and topic.detail.isdigit():
            head = f'"topic":"{topic.text}","type":"{kind}","ts":{now_ms}'
        else:
            head = f'"topic":"{topic.text}","ts":{now_ms},"type":"{kind}"'
        return (
            f'{{{head},"data":{{"s":"{at.symbol}","b":{self._levels(bids)},"a":{self._levels(asks)},'
            f'"u":{self.update_id},"seq":{self._sequence}}},"cts":{self._matched_ms}}}'
        )

    def _levels(self, levels: Levels) -> str:
        if self.topic.detail != "rpi":
            return levels_text(self._spelling, levels)
        # Price, what everybody may take, and what only retail orders may: nobody quotes for those here.
        price, quantity = self._spelling.price, self._spelling.quantity
        rows = [f'["{price(at)}","{quantity(amount)}","0"]' for at, amount in levels]
        return f"[{','.join(rows)}]"


def _changes(old: dict[int, int], new: dict[int, int]) -> Levels:
    changed = [level for level in new.items() if old.get(level[0]) != level[1]]
    return changed + [(price, 0) for price in old if price not in new]
