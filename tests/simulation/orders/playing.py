"""Plays a drawn world on virtual time: one process after the other over one journal, troubles, peace, and the verdict."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from hashlib import sha256
from random import Random

import msgspec
from tests.simulation.orders.drawing import Drawn, Kill
from tests.simulation.orders.judge import check_safety, differences
from tests.simulation.orders.lines import Lines, Roads
from tests.simulation.orders.stranger import Stranger
from tests.simulation.orders.strategy import Trader, leaves
from tests.simulation.orders.troubles import Act, Trouble
from tests.simulation.orders.witness import Broken, Life, Witness

from tickwright import Connector, Sandbox
from tickwright.app.assembly import Ports
from tickwright.app.config import Settings
from tickwright.errors import TickwrightError
from tickwright.model.notices import Caution, Notice
from tickwright.model.topics import BookUpdates, Notices, OrderUpdates
from tickwright.sandbox.faults import EOF, Faults
from tickwright.testing.venues import MemoryVenues
from tickwright.testing.virtual_time import VirtualClock, run_virtual


__all__ = ["Verdict", "play"]

HEALS_S = 420.0
"""A stream that was deaf is found out by an audit every 300 s; then a session at its longest delay, and a host left alone."""
BANNED_S = 600.0
"""Bybit's 403 means silence for ten minutes."""
CLOSES_S = 30.0
_LOOK_S = 0.5
_LOOKS_BACK = 60
"""Every so many looks the past is asked for, too."""


class Verdict(msgspec.Struct, frozen=True):
    """What came of a world."""

    seed: int
    broken: str | None
    """The first promise that was not kept, and how."""
    digest: str
    """Of everything that was told."""
    story: tuple[tuple[float, str], ...]


def play(drawn: Drawn, meddle: Callable[[Witness], None] = lambda witness: None) -> Verdict:
    """Play a world from its beginning to its end.

    Args:
        drawn: The world.
        meddle: Called with all that was seen before it is judged, for those who judge the judge.
    """
    played = _Play(drawn, meddle)
    try:
        return run_virtual(played.run())
    except Exception as error:  # noqa: BLE001  # whatever it is, it has a seed
        return Verdict(drawn.seed, f"nothing crashes: {next(leaves(error))!r}", "", ())


class _Play:
    def __init__(self, drawn: Drawn, meddle: Callable[[Witness], None]) -> None:
        self.drawn = drawn
        self.meddle = meddle

    async def run(self) -> Verdict:
        broken: str | None = None
        tasks = asyncio.all_tasks()
        async with self._opened():
            try:
                await self._live()
                self.meddle(self.witness)
                await check_safety(self.witness)
            except* Broken as group:
                broken = str(next(leaves(group)))
                self.witness.tell(f"BROKEN {broken}")
            await asyncio.sleep(1.0)
            if broken is None and self.sandbox.venue.connections():
                broken = "closing is clean: connections are left"
        left = asyncio.all_tasks() - tasks
        if broken is None and left:
            broken = f"closing is clean: tasks are left: {sorted(map(str, left))}"
        witness = self.witness
        first = witness.broken[0] if witness.broken else broken
        return Verdict(self.drawn.seed, first, self._digest(), tuple(witness.story))

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[None]:
        drawn = self.drawn
        venue_clock, self.clock = VirtualClock(), VirtualClock()
        self.clock.step(drawn.clock_off_s)
        network = MemoryVenues(latency_s=drawn.latency_s, clock=self.clock)
        self.sandbox = Sandbox(
            drawn.products,
            instruments=drawn.instruments,
            seed=drawn.seed,
            depth=10,
            rate_per_s=drawn.rate_per_s,
            network=network,
            clock=venue_clock,
            step_s=0.1,
        )
        async with self.sandbox, asyncio.TaskGroup() as roads:
            # What is on its way does not end with who sent it.
            self.roads = Roads(network, roads)
            self.witness = Witness(drawn, self.sandbox, self.roads.sent)
            async with _log_read(self.witness):
                yield
            self.roads.close()

    # ------------------------------------------------------------------ one process after the other

    async def _live(self) -> None:
        async with asyncio.TaskGroup() as trouble:
            for each in self.drawn.troubles:
                trouble.create_task(self._strike(each), name=each.name)
            for at_s, by_s in self.drawn.clock_steps:
                trouble.create_task(self._step_clock(at_s, by_s), name="clock")
            if self.drawn.stranger_pause_s is not None:
                stranger = Stranger(self.drawn, self.witness)
                meddling = stranger.run(self.drawn.stranger_pause_s, self.drawn.trouble_s)
                trouble.create_task(meddling, name="stranger")
            for kill in self.drawn.kills:
                if kill.at_s > _now_s():
                    await self._life(kill)
                    await asyncio.sleep(kill.down_s)
            await self._life(None)

    async def _life(self, kill: Kill | None) -> None:
        """Run one process, to its violent end or to the world's."""
        life = self.witness.begin_life()
        lines = Lines(self.roads, life.number, self.witness.rows, self.drawn.write_s)
        self.witness.tell(f"process {life.number} begins")
        living = self.roads.spawn(f"process {life.number}", self._survived(lines, life))
        if kill is None:
            _pass_on(await living)
            return
        dying = self.roads.spawn("fate", self._moment(kill))
        await asyncio.wait({living, dying}, return_when=asyncio.FIRST_COMPLETED)
        dying.cancel()
        self.witness.end_life()
        self.witness.tell(f"process {life.number} is killed")
        lines.cut()
        living.cancel()
        done, _ = await asyncio.wait({living}, timeout=CLOSES_S)
        if not done:
            raise Broken(f"closing is clean: process {life.number} does not end")
        if not living.cancelled():
            _pass_on(living.result())

    async def _survived(self, lines: Lines, life: Life) -> Exception | None:
        """Run a process and return what ended it before its time."""
        try:
            await self._process(lines, life)
        except Exception as error:  # noqa: BLE001  # raised by whoever waits
            return error
        return None

    async def _moment(self, kill: Kill) -> None:
        await asyncio.sleep(max(0.0, kill.at_s - _now_s()))
        if kill.is_mid_request:
            left = asyncio.Event()
            self.roads.on_sent = left.set
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(10.0):
                    await left.wait()
        await asyncio.sleep(kill.delay_s)

    async def _process(self, lines: Lines, life: Life) -> None:
        drawn, witness = self.drawn, self.witness
        settings = Settings(
            environment="sandbox",
            journal="memory:",
            risk=drawn.limits,
            order_transport=drawn.transport,
            dead_man_s=drawn.dead_man_s,
            cancel_on_exit=drawn.cancels_on_exit,
        )
        ports = Ports(
            clock=self.clock,
            rng=Random(f"{drawn.seed}/{life.number}"),
            websockets=lines,
            http=lines,
            open_store=lines.open_store,
        )
        async with Connector.open(
            *drawn.products, environment=self.sandbox, settings=settings, ports=ports
        ) as tw:
            tw.on(OrderUpdates(), life.hear)
            tw.on(Notices(), life.note)
            trader = Trader(tw, drawn, Random(f"{drawn.seed}/user/{life.number}"), witness, life)
            async with asyncio.TaskGroup() as group:
                for name in drawn.instruments:
                    group.create_task(self._watch(tw, life, name), name=f"reader of {name}")
                await trader.run(drawn.trouble_s)
            await self._peace(tw, life)
            witness.tell("all is well")
            witness.end_life()
            cautions: list[Notice] = []
            tw.on(Notices(), cautions.append)
        if drawn.cancels_on_exit:
            self._require_none_open(cautions)

    def _require_none_open(self, cautions: Sequence[Notice]) -> None:
        """Look for orders that are open at the end; a ban may outlast the time that leaving has, if it is said which they are."""
        is_excused = any("rest_status" in each.sets for each in self.drawn.troubles)
        said = " ".join(each.text for each in cautions if isinstance(each, Caution) and is_excused)
        left = [name for name in self.witness.left_open() if name not in said]
        if left:
            raise Broken(f"cancel_on_exit takes all orders back: {left} are open")

    async def _watch(self, tw: Connector, life: Life, name: str) -> None:
        """Look at a book at each of its updates; ask for it as often as need be."""
        while True:
            try:
                book = await tw.book(name, timeout_s=20.0)
                break
            except TickwrightError:
                await asyncio.sleep(1.0)
        tw.on(BookUpdates(name), lambda event: life.read(book))

    # ------------------------------------------------------------------ trouble and peace

    async def _strike(self, trouble: Trouble) -> None:
        faults = self.sandbox.faults_of(trouble.site)
        await asyncio.sleep(max(0.0, trouble.at_s - _now_s()))
        self.witness.tell(f"TROUBLE {trouble.name} at {trouble.site}: {trouble.sets or ''}")
        for name, value in trouble.sets.items():
            setattr(faults, name, value.copy() if isinstance(value, dict | set) else value)
        await self._begin(trouble)
        await asyncio.sleep(trouble.lasts_s)
        well = Faults()
        for name in trouble.sets:
            setattr(faults, name, getattr(well, name))
        await self._end(trouble)
        self.witness.tell(f"TROUBLE over: {trouble.name} at {trouble.site}")

    async def _begin(self, trouble: Trouble) -> None:
        site, acts = trouble.site, trouble.acts
        if Act.UNREACHABLE in acts:
            self.roads.unreachable.add(site)
        if Act.REVOKE in acts:
            self.sandbox.faults_of(site).revoked_keys = {self.sandbox.account.key}
        if Act.LOSE in acts:
            self.roads.losing.add(site)
        if Act.SHUT in acts or Act.HANG in acts:
            await self.sandbox.shut_doors(is_hanging=Act.HANG in acts)
            self.sandbox.close_sockets(EOF)
        if Act.CUT in acts:
            self.sandbox.close_sockets(trouble.close_code, product=site)

    async def _end(self, trouble: Trouble) -> None:
        self.roads.unreachable.discard(trouble.site)
        self.roads.losing.discard(trouble.site)
        if Act.REVOKE in trouble.acts:
            self.sandbox.faults_of(trouble.site).revoked_keys = set()
        if Act.SHUT in trouble.acts or Act.HANG in trouble.acts:
            await self.sandbox.open_doors()

    async def _step_clock(self, at_s: float, by_s: float) -> None:
        await asyncio.sleep(at_s)
        self.witness.tell(f"TROUBLE the user's clock steps by {by_s:g} s")
        self.clock.step(by_s)

    async def _peace(self, tw: Connector, life: Life) -> None:
        """Wait until all troubles are over, then until everything is as the venues say."""
        last_s = max((each.at_s + each.lasts_s for each in self.drawn.troubles), default=0.0)
        await asyncio.sleep(max(0.0, last_s - _now_s()) + 0.1)
        self.witness.tell("peace")
        heals_s = HEALS_S + (BANNED_S if _is_banned(self.drawn) else 0.0)
        until_s = _now_s() + heals_s
        looks = 0
        while wrong := await differences(tw, self.witness, life):
            if self.witness.broken:
                return
            if _now_s() > until_s:
                raise Broken(f"all heals: after {heals_s:g} s of peace {wrong[0]}")
            if looks % _LOOKS_BACK == 0:
                await self._look_back(tw)
            looks += 1
            await asyncio.sleep(_LOOK_S)

    async def _look_back(self, tw: Connector) -> None:
        """Ask for what somebody else did while nobody here listened: streams do not repeat it, so a user has to ask."""
        if self.drawn.stranger_pause_s is not None:
            with contextlib.suppress(TickwrightError):
                for name in self.drawn.instruments:
                    await tw.orders.history(name, start=timedelta(hours=1), fresh=True)

    def _digest(self) -> str:
        digest = sha256()
        for life in self.witness.lives:
            for at_s, each in (*life.told, *life.notices):
                digest.update(f"{at_s!r} {each!r}\n".encode())
        return digest.hexdigest()[:16]


class _LogReader(logging.Handler):
    """Reads all that is logged: an error is a bug, and a secret has no place there."""

    def __init__(self, witness: Witness) -> None:
        super().__init__(logging.DEBUG)
        self._witness = witness

    def emit(self, record: logging.LogRecord) -> None:
        text = self.format(record)
        if self._witness.secret in text:
            self._witness.breaks("secrets never leak", f"a log says one: {record.msg}")
        if record.levelno >= logging.ERROR:
            error = record.exc_info[1] if record.exc_info else ""
            self._witness.breaks("nothing crashes", f"{record.getMessage()}: {error!r}")


@asynccontextmanager
async def _log_read(witness: Witness) -> AsyncIterator[None]:
    logger, handler = logging.getLogger("tickwright"), _LogReader(witness)
    level, logger.propagate = logger.level, False
    logger.setLevel(logging.DEBUG)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        logger.propagate = True


def _pass_on(error: Exception | None) -> None:
    if error is not None:
        raise error


def _is_banned(drawn: Drawn) -> bool:
    return any(each.site == "bybit" and 403 in each.sets.values() for each in drawn.troubles)


def _now_s() -> float:
    return asyncio.get_running_loop().time() - 1000.0
