"""What time it is at the venue, with an error bound, from samples on a monotonic base.

Theory of operation
===================

A sample is one question for the time: sent at ``s``, answered with the venue's time ``t``, received
at ``r``, where ``s`` and ``r`` are readings of *our monotonic clock*. When ``t`` was written our
clock stood somewhere between ``s`` and ``r``, so ``t - (s + r) / 2`` is the offset between the two
clocks, wrong by at most ``(r - s) / 2`` plus the resolution of ``t``. That bound holds for every
reply, slow ones too: a reply that took 5 s says the offset to ±2.5 s, no more and no less.

Afterwards the bound grows, for two clocks drift apart. So each sample has an error *now*: half its
round trip plus drift × age. The offset in use is that of the sample with the smallest error now:
quick replies win over slow ones, and age out by themselves.

The wall clock takes no part in it, so a step of the wall clock does nothing. A step of the venue's
clock, or a monotonic clock that stood still while the machine slept, shows as a sample that
contradicts the one in use: their intervals do not overlap. Since the newer one is true of the
present, the older ones are thrown away. A refusal of a timestamp (Binance -1021) means the same
before any sample can show it: `ClockSync.distrust`.
"""

from __future__ import annotations

from collections import deque

import msgspec

from tickwright.errors import UsageError


__all__ = ["ClockPolicy", "ClockSync"]


class ClockPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """Numbers of the synchronisation, each with its reason."""

    samples_max: int = 8
    """The best of eight is close to the quickest the path can do."""
    settle_samples: int = 4
    """So many samples are taken in quick succession at first: one alone may have been a slow one."""
    settle_interval_ns: int = 1_000_000_000
    interval_ns: int = 60_000_000_000
    """Once a minute costs one unit of weight in thousands, and lets drift add 6 ms at most."""
    drift_ppm: int = 100
    """Twice what a poor quartz does between two corrections."""
    resolution_ns: int = 1_000_000
    """Venues write milliseconds, cut off: the true time may be that much later."""


class _Sample(msgspec.Struct, frozen=True):
    """One question for the time, reduced to what is needed."""

    offset_ns: int
    error_ns: int
    received_mono_ns: int


class ClockSync:
    """The venue's clock as a function of our monotonic one.

    Args:
        policy: The numbers.

    Example:
        >>> clock = ClockSync()
        >>> clock.add(1_000_000_000, 1_700_000_000_005_000_000, 1_010_000_000)
        >>> clock.server_ns(2_005_500_000)
        1700000001006000000
        >>> clock.error_ns(1_010_000_000)
        5500000
    """

    __slots__ = ("_best", "_policy", "_sampled_mono_ns", "_samples")

    def __init__(self, policy: ClockPolicy | None = None) -> None:
        self._policy = policy or ClockPolicy()
        self._samples: deque[_Sample] = deque(maxlen=self._policy.samples_max)
        self._sampled_mono_ns: int | None = None
        self._best: _Sample | None = None
        """The one that is wrong by the least. All grow wrong at the same rate, so it stays so until another comes."""

    def add(self, sent_mono_ns: int, server_ts_ns: int, received_mono_ns: int) -> None:
        """Take a sample in.

        Args:
            sent_mono_ns: Our monotonic clock just before the question left.
            server_ts_ns: The venue's time in the reply, ns since 1970.
            received_mono_ns: Our monotonic clock just after the reply came.

        Raises:
            UsageError: It was received before it was sent, so these are not readings of one clock.
        """
        if received_mono_ns < sent_mono_ns:
            raise UsageError(
                f"received ({received_mono_ns}) before sent ({sent_mono_ns}): use one monotonic clock"
            )
        # The venue cuts its time off, so the truth lies half a resolution later on average.
        half_ns = self._policy.resolution_ns // 2
        sample = _Sample(
            offset_ns=server_ts_ns + half_ns - (sent_mono_ns + received_mono_ns) // 2,
            error_ns=(received_mono_ns - sent_mono_ns) // 2 + half_ns,
            received_mono_ns=received_mono_ns,
        )
        if self._contradicts(sample):
            self._samples.clear()
        self._samples.append(sample)
        self._sampled_mono_ns = received_mono_ns
        self._best = min(self._samples, key=lambda sample: self._error_ns(sample, received_mono_ns))

    def server_ns(self, mono_ns: int) -> int | None:
        """Return the venue's time in ns at ``mono_ns`` of our monotonic clock; ``None``: not known."""
        return None if self._best is None else mono_ns + self._best.offset_ns

    def offset_ns(self, mono_ns: int, wall_ns: int) -> int | None:
        """Return what must be added to our wall clock to have the venue's (readings of one moment)."""
        server_ns = self.server_ns(mono_ns)
        return None if server_ns is None else server_ns - wall_ns

    def error_ns(self, mono_ns: int) -> int | None:
        """Return by how much ``server_ns`` may be wrong at most, in ns."""
        return None if self._best is None else self._error_ns(self._best, mono_ns)

    def due_in_ns(self, mono_ns: int) -> int:
        """Return in how many ns a sample should be taken, 0 where now, until one arrives: the caller paces its retries."""
        if self._sampled_mono_ns is None:
            return 0
        is_settled = len(self._samples) >= self._policy.settle_samples
        interval_ns = self._policy.interval_ns if is_settled else self._policy.settle_interval_ns
        return max(0, self._sampled_mono_ns + interval_ns - mono_ns)

    def is_due(self, mono_ns: int) -> bool:
        """True where a sample should be taken now; see `due_in_ns`."""
        return self.due_in_ns(mono_ns) == 0

    def distrust(self) -> None:
        """Forget everything: the venue refused a timestamp. The next sample is believed at once."""
        self._samples.clear()
        self._sampled_mono_ns = None
        self._best = None

    @property
    def sample_count(self) -> int:
        """Samples in use."""
        return len(self._samples)

    def _contradicts(self, sample: _Sample) -> bool:
        best = self._best
        if best is None:
            return False
        error_ns = sample.error_ns + self._error_ns(best, sample.received_mono_ns)
        return abs(sample.offset_ns - best.offset_ns) > error_ns

    def _error_ns(self, sample: _Sample, mono_ns: int) -> int:
        age_ns = max(0, mono_ns - sample.received_mono_ns)
        return sample.error_ns + age_ns * self._policy.drift_ppm // 1_000_000
