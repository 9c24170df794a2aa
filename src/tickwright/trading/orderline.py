"""One socket for orders: who waits for which answer, and what becomes of them when none comes.

An answer finds its request by number, in whatever order answers come. Who waits is told one of three things: the answer; that
there was none in time; that the socket ended. The last two leave open what became of the command (G1).
"""

from __future__ import annotations

import asyncio

import msgspec

from tickwright.errors import ConnectionLost, RequestTimeout
from tickwright.io.clock import Clock
from tickwright.io.http import HttpResponse
from tickwright.trading.keptline import KeptLine
from tickwright.venues.trading import OrderAnswer, OrderLink


__all__ = ["OrderLine"]


_WATCH_S_MIN = 0.001
"""A delay below the resolution of the loop's clock would ring again at the very same time, for ever."""


class _Asked(msgspec.Struct, gc=False):
    """A request without an answer."""

    answer: asyncio.Future[HttpResponse]
    sent_mono_ns: int


class OrderLine(KeptLine):
    """Sends requests, and gives each its answer.

    Args:
        link: Reads answers.
        clock: Stamps them.
        answer_s: How long one may take.
    """

    def __init__(self, link: OrderLink, clock: Clock, answer_s: float) -> None:
        super().__init__(link, clock)
        self._orders = link
        self._answer_s = answer_s
        self._asked: dict[int, _Asked] = {}
        """By number, and so by age."""
        self._watch: asyncio.TimerHandle | None = None
        """Rings when the oldest of them is due; one for all, as all are answered long before."""
        self._loop = asyncio.get_running_loop()
        self._is_retired = False

    @property
    def in_flight(self) -> int:
        """Requests without an answer."""
        return len(self._asked)

    def ask(self, request_id: int, frame: str) -> asyncio.Future[HttpResponse]:
        """Send a request, and return the answer to come.

        The future raises ``RequestTimeout`` or ``ConnectionLost``; the request may have been carried out then.

        Raises:
            ConnectionLost: The socket had ended before; nothing was sent.
        """
        sent_mono_ns = self._clock.monotonic_ns()
        self.send(frame)
        answer: asyncio.Future[HttpResponse] = self._loop.create_future()
        self._asked[request_id] = _Asked(answer, sent_mono_ns)
        if self._watch is None:
            self._watch = self._loop.call_later(self._answer_s, self._expire)
        return answer

    def retire(self) -> None:
        """End the socket once every request has its answer, or none in time."""
        self._is_retired = True
        if not self._asked:
            self.close()

    def close(self) -> None:
        """End the socket; who waits for an answer is told that there will be none."""
        super().close()
        self._lose(ConnectionLost(1000, "closed before the answer came"))

    # ------------------------------------------------------------------ answers

    def _take(self, payload: bytes) -> None:
        found = self._orders.answer(payload)
        if found is None:
            self._take_control(payload)
            return
        self._answered(found)
        if found.is_last:
            self.has_notice.set()

    def _answered(self, found: OrderAnswer) -> None:
        asked = self._pop(found.request_id)
        if asked is None or asked.answer.done():
            return  # too late, or nobody waits: the stream tells, or asking
        asked.answer.set_result(
            HttpResponse(
                status=found.status,
                headers=found.headers,
                body=found.body,
                sent_mono_ns=asked.sent_mono_ns,
                received_mono_ns=self._clock.monotonic_ns(),
                received_ts_ns=self._clock.time_ns(),
            )
        )

    def _expire(self) -> None:
        """Give up on what is due, and come back for the next one."""
        self._watch = None
        for request_id, asked in list(self._asked.items()):
            left_s = self._answer_s - (self._clock.monotonic_ns() - asked.sent_mono_ns) / 1e9
            if left_s > 0:
                self._watch = self._loop.call_later(max(left_s, _WATCH_S_MIN), self._expire)
                return
            self._give_up(request_id, asked)

    def _give_up(self, request_id: int, asked: _Asked) -> None:
        self._pop(request_id)
        text = f"no answer on the order socket within {self._answer_s:g} s"
        _fail(asked.answer, RequestTimeout(text))
        if self.heard_s * 1e9 <= asked.sent_mono_ns:
            self._lose(ConnectionLost(1006, f"silent: {text}, nor anything else"))

    def _pop(self, request_id: int) -> _Asked | None:
        asked = self._asked.pop(request_id, None)
        if asked is not None and self._is_retired and not self._asked:
            self.close()
        return asked

    def _lose(self, end: ConnectionLost) -> None:
        super()._lose(end)
        asked, self._asked = self._asked, {}
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        for each in asked.values():
            _fail(each.answer, ConnectionLost(end.code, end.reason))


def _fail(answer: asyncio.Future[HttpResponse], error: Exception) -> None:
    if not answer.done():
        answer.set_exception(error)
        answer.exception()  # whoever waited may be gone
