"""The pipe of candles: each close once, in order, and holes filled from the venue's history."""

from __future__ import annotations

from collections.abc import Sequence

from tickwright.core.candles import CandleOutput, CandleSeries, MissingCandles, NeedBackfill
from tickwright.core.intervals import interval_ns
from tickwright.marketdata.pipes import Pipe, PipeTools
from tickwright.model.instrument import Instrument
from tickwright.model.market import Candle
from tickwright.model.notices import CandleGap
from tickwright.model.topics import Candles
from tickwright.runtime.bus import TopicChannel
from tickwright.runtime.routes import Route, Sink
from tickwright.venues.base import Product


__all__ = ["CandlePipe"]

PAGE = 1_000
"""Candles a request of history; what venues give at most."""


class CandlePipe(Pipe):
    """Passes candles on in order; closes that were missed come from the venue's history.

    Args:
        instrument: Whose candles.
        product: For the calls of its history.
        tools: Who fetches it.
    """

    __slots__ = (
        "_instrument",
        "_interval",
        "_is_closed_only",
        "_is_fetching",
        "_product",
        "_series",
        "_tools",
    )

    def __init__(
        self,
        topic: Candles,
        route: Route,
        channel: TopicChannel,
        instrument: Instrument,
        product: Product,
        tools: PipeTools,
    ) -> None:
        super().__init__(topic, route, channel)
        self._instrument = instrument
        self._interval = topic.interval
        self._is_closed_only = topic.closed_only
        self._product = product
        self._tools = tools
        self._series = CandleSeries(topic.interval)
        self._is_fetching = False

    @property
    def sinks(self) -> list[tuple[type, Sink]]:
        """What to register with the route."""
        return [(Candle, self._take)]

    def on_tick(self, now_ns: int) -> None:
        """Look for closes that are overdue."""
        self._deliver(self._series.tick(now_ns), now_ns)

    def _take(self, candle: Candle) -> None:
        self._deliver(self._series.update(candle), candle.received_ts_ns)

    def _deliver(self, outputs: Sequence[CandleOutput], now_ns: int) -> None:
        for output in outputs:
            match output:
                case Candle(is_closed=is_closed):
                    if is_closed or not self._is_closed_only:
                        self.channel.publish(output)
                case MissingCandles(start_ns=start_ns, end_ns=end_ns):
                    self.channel.publish(
                        CandleGap(
                            received_ts_ns=now_ns,
                            instrument=self._instrument.id,
                            interval=self._interval,
                            start_ts_ns=start_ns,
                            end_ts_ns=end_ns,
                        )
                    )
                case NeedBackfill():
                    self._fetch(output)

    def _fetch(self, wanted: NeedBackfill) -> None:
        if self._is_fetching:
            return
        self._is_fetching = True
        count = -((wanted.start_ns - wanted.end_ns) // interval_ns(self._interval))
        call = self._product.calls.candles(
            self._instrument,
            self._interval,
            start_ns=wanted.start_ns,
            end_ns=wanted.end_ns - 1,
            limit=min(PAGE, max(1, count)),
        )
        self._tools.fetch(call, self._on_page, self._on_failure)

    def _on_page(self, candles: Sequence[Candle]) -> None:
        self._is_fetching = False
        self._deliver(self._series.history(candles), self._tools.clock.time_ns())

    def _on_failure(self, error: Exception) -> None:
        self._is_fetching = False
        self._deliver(self._series.failed(), self._tools.clock.time_ns())
