"""Compressed streams that are read and written piece by piece: zstd and gzip behind one form."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Protocol

import zstandard


__all__ = ["Compressor", "Decompressor", "Expander", "compressor_for", "expander_for"]

_ZSTD_LEVEL = 3
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_GZIP_MAGIC = b"\x1f\x8b"
_GZIP_BITS = zlib.MAX_WBITS | 16


class Decompressor(Protocol):
    """What zlib's and zstandard's objects for one frame have in common."""

    @property
    def eof(self) -> bool:
        """Whether the frame is at its end."""

    @property
    def unused_data(self) -> bytes:
        """What came after the end of the frame."""

    def decompress(self, data: bytes, /) -> bytes:
        """Return what ``data`` says."""


class Compressor(Protocol):
    """What the compressing objects have in common."""

    def compress(self, data: bytes | bytearray, /) -> bytes:
        """Take ``data`` in; return what is ready to be written."""

    def flush(self, mode: int = ..., /) -> bytes:
        """Return everything taken in so far; without ``mode``, end the frame."""


class Expander:
    """Decompresses frame after frame, and knows whether it stands inside one."""

    def __init__(self, new_frame: Callable[[], Decompressor]) -> None:
        self._new_frame = new_frame
        self._frame = new_frame()
        self.is_inside = False
        """True between the beginning of a frame and its end: the file must not stop here."""

    def expand(self, chunk: bytes) -> bytes:
        """Return the text of the next ``chunk`` of the file.

        Raises:
            zstandard.ZstdError, zlib.error: The bytes are damaged.
        """
        parts = []
        while chunk:
            if self._frame.eof:
                self._frame = self._new_frame()
            self.is_inside = True
            parts.append(self._frame.decompress(chunk))
            chunk = b""
            if self._frame.eof:
                self.is_inside = False
                chunk = self._frame.unused_data
        return b"".join(parts)


def expander_for(magic: bytes) -> Expander | None:
    """Return what reads a file whose first bytes are ``magic``, ``None`` for a plain one."""
    if magic.startswith(_ZSTD_MAGIC):
        zstd = zstandard.ZstdDecompressor()
        return Expander(zstd.decompressobj)
    if magic.startswith(_GZIP_MAGIC):
        return Expander(lambda: zlib.decompressobj(_GZIP_BITS))
    return None


def compressor_for(suffix: str) -> tuple[Compressor | None, int]:
    """Return what writes a file with that ``suffix``, and the mode for flushes in between; ``None`` for a plain one."""
    if suffix == ".zst":
        zstd = zstandard.ZstdCompressor(level=_ZSTD_LEVEL, write_checksum=True)
        return zstd.compressobj(), zstandard.COMPRESSOBJ_FLUSH_BLOCK
    if suffix == ".gz":
        return zlib.compressobj(wbits=_GZIP_BITS), zlib.Z_SYNC_FLUSH
    return None, 0
