"""Capture files: everything a connection said, as JSON lines, plain or compressed with zstd or gzip.

One line a frame::

    {"ts": 1724000000123456789, "conn": "wss://stream.binance.com:9443/stream", "dir": "in", "data": "{…}"}
    {"ts": null, "conn": null, "dir": "http", "path": "/api/v3/depth?symbol=BTCUSDT", "data": "{…}"}

``ts`` is the receive time in ns, ``dir`` is ``in``, ``out`` or ``http``, ``path`` comes with
``http`` alone, and ``data`` is the text exactly as received.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Literal, Self

import msgspec
import zstandard

from tickwright.errors import CaptureError, ConfigError
from tickwright.io.clock import Clock, SystemClock
from tickwright.io.compression import compressor_for, expander_for


__all__ = ["CaptureReader", "CaptureRecord", "CaptureWriter", "Direction"]

Direction = Literal["in", "out", "http"]

_CHUNK_BYTES = 64 * 1024
"""Compressed bytes a step: about 1 MB of text at the ratio of market data."""
_PLAIN_CHUNK_BYTES = 1024 * 1024
_FLUSH_BYTES = 1024 * 1024
_FLUSH_NS = 1_000_000_000


class CaptureRecord(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    gc=False,
    omit_defaults=True,
    rename={"received_ts_ns": "ts", "direction": "dir"},
):
    """One line of a capture file."""

    received_ts_ns: int | None
    conn: str | None
    """URL of the connection."""
    direction: Direction
    path: str | None = None
    """Path and query of the request, for ``http``."""
    data: str


class CaptureReader:
    """Reads a capture file; iterate over it for its records, as often as you like.

    A file that breaks off (a killed recorder, a half copy) gives all it holds and then raises.

    Args:
        path: The file; its first bytes tell whether and how it is compressed.
        on_progress: Called with the bytes read so far and the file's size, every megabyte or so.

    Raises:
        ConfigError: There is no such file, or it cannot be opened.
        CaptureError: From iterating: names the file, the line, and what to do.

    Example:
        >>> for record in CaptureReader(path):
        ...     print(record.received_ts_ns, record.data)
    """

    def __init__(
        self, path: str | Path, *, on_progress: Callable[[int, int], None] | None = None
    ) -> None:
        self.path = Path(path)
        self._on_progress = on_progress
        self._decoder = msgspec.json.Decoder(CaptureRecord)
        self._lines_read = 0
        if not self.path.is_file():
            raise ConfigError(f"{self.path}: no such file")

    def __iter__(self) -> Iterator[CaptureRecord]:
        for batch in self.batches():
            yield from batch

    def batches(self) -> Iterator[list[CaptureRecord]]:
        """Yield the records in lists of about a megabyte of text each."""
        self._lines_read = 0
        rest = b""
        cut: CaptureError | None = None
        texts = self._texts()
        while True:
            try:
                text = next(texts)
            except StopIteration:
                break
            except CaptureError as error:
                cut = error
                break
            head, newline, tail = text.rpartition(b"\n")
            if not newline:
                rest += text
                continue
            yield from self._decode(rest + head)
            rest = tail
        if cut is not None:
            raise cut
        if rest.strip():
            yield from self._decode(rest)

    def _decode(self, lines: bytes) -> Iterator[list[CaptureRecord]]:
        try:
            batch = self._decoder.decode_lines(lines)
        except msgspec.MsgspecError:
            yield from self._decode_one_by_one(lines)
        else:
            self._lines_read += lines.count(b"\n") + 1
            yield batch

    def _decode_one_by_one(self, lines: bytes) -> Iterator[list[CaptureRecord]]:
        """Yield what comes before the broken line, then say which one it is."""
        batch = []
        for line in lines.split(b"\n"):
            self._lines_read += 1
            if not line.strip():
                continue
            try:
                batch.append(self._decoder.decode(line))
            except msgspec.MsgspecError as error:
                yield batch
                raise CaptureError(
                    f"{self.path}, line {self._lines_read}: no capture record ({error}); "
                    "remove the line, or check that this is a capture file"
                ) from error
        yield batch

    def _texts(self) -> Iterator[bytes]:
        try:
            with self.path.open("rb") as file:
                total = self.path.stat().st_size
                expander = expander_for(file.read(4))
                file.seek(0)
                step = _PLAIN_CHUNK_BYTES if expander is None else _CHUNK_BYTES
                while chunk := file.read(step):
                    yield chunk if expander is None else expander.expand(chunk)
                    if self._on_progress is not None:
                        self._on_progress(file.tell(), total)
        except OSError as error:
            raise CaptureError(f"{self.path} cannot be read: {error.strerror}") from error
        except (zstandard.ZstdError, zlib.error) as error:
            raise CaptureError(
                f"{self.path} is damaged after line {self._lines_read} ({error}); "
                "the records before it were read; copy the file again"
            ) from error
        if expander is not None and expander.is_inside:
            raise CaptureError(
                f"{self.path} breaks off after line {self._lines_read}; "
                "the records before it were read; copy the file again, or accept the loss"
            )


class CaptureWriter:
    """Writes a capture file that a crash leaves readable up to its last second.

    Compressed output is flushed every second or megabyte, whichever is first, at the next `write`;
    call `flush` on a timer if silence is possible. Leaving the ``with`` block ends the file
    properly.

    Args:
        path: ``.zst`` and ``.gz`` compress, anything else is plain.
        is_overwriting: Replace an existing file instead of refusing it.
        clock: Tells when a second is over.

    Raises:
        ConfigError: The file exists, or cannot be made.

    Example:
        >>> with CaptureWriter("btcusdt.jsonl.zst") as writer:
        ...     writer.write(frame, received_ts_ns=clock.time_ns(), conn=url)
    """

    def __init__(
        self, path: str | Path, *, is_overwriting: bool = False, clock: Clock | None = None
    ) -> None:
        self.path = Path(path)
        self.records = 0
        self._clock = clock or SystemClock()
        self._encoder = msgspec.json.Encoder()
        self._text = bytearray()
        self._compressor, self._flush_mode = compressor_for(self.path.suffix)
        self._flushed_ns = self._clock.monotonic_ns()
        self._file: IO[bytes] | None = _create(self.path, is_overwriting=is_overwriting)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def write(
        self,
        data: bytes | str,
        *,
        received_ts_ns: int | None,
        conn: str | None = None,
        direction: Direction = "in",
        path: str | None = None,
    ) -> None:
        """Append one record.

        Raises:
            CaptureError: The disk is full, or the file was closed.
        """
        self._open_file()
        # Bytes that are no text cannot stand in JSON; they are kept readable instead of being lost.
        text = data if isinstance(data, str) else data.decode(errors="backslashreplace")
        record = CaptureRecord(
            received_ts_ns=received_ts_ns, conn=conn, direction=direction, path=path, data=text
        )
        self._encoder.encode_into(record, self._text, -1)
        self._text += b"\n"
        self.records += 1
        now_ns = self._clock.monotonic_ns()
        if len(self._text) >= _FLUSH_BYTES or now_ns - self._flushed_ns >= _FLUSH_NS:
            self._flushed_ns = now_ns
            self.flush()

    def flush(self) -> None:
        """Put everything written so far into the file, so that it can be read even if we are killed now."""
        file = self._open_file()
        text, self._text = self._text, bytearray()
        if self._compressor is None:
            self._put(file, text)
        elif text:
            self._put(
                file, self._compressor.compress(text) + self._compressor.flush(self._flush_mode)
            )

    def close(self) -> None:
        """End the file properly; twice is fine."""
        file = self._file
        if file is None:
            return
        try:
            self.flush()
            if self._compressor is not None:
                self._put(file, self._compressor.flush())
        finally:
            self._file = None
            with suppress(OSError):  # it tries again what has just failed
                file.close()

    def _open_file(self) -> IO[bytes]:
        if self._file is None:
            raise CaptureError(f"{self.path} was closed; open another file")
        return self._file

    def _put(self, file: IO[bytes], data: bytes | bytearray) -> None:
        try:
            file.write(data)
            file.flush()
        except OSError as error:
            raise CaptureError(f"{self.path} cannot be written: {error.strerror}") from error


def _create(path: Path, *, is_overwriting: bool) -> IO[bytes]:
    try:
        return path.open("wb" if is_overwriting else "xb")
    except FileExistsError:
        raise ConfigError(f"{path} exists; choose another name, or ask to overwrite it") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be created: {error.strerror}") from error
