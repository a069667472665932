"""Text files opened for reading, compressed or not, so that neither a long line nor a wrong byte does harm."""

import codecs
import gzip
import io
from collections.abc import Iterator
from typing import Any, BinaryIO, TextIO, cast

from medlong.errors import DataError, MissingPackageError
from medlong.mixing.readers import record
from medlong.mixing.readers.record import Bad, Reading
from medlong.mixing.readers.spans import Span

UNDECODED = "\udc80"
"""Stands for bytes that are no text in the file's encoding; no encoding gives this character."""

_PACKED_BLOCK = 1 << 12  # zstd makes at most 2**15 bytes of one, so that no block fills the memory


def _mark(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return UNDECODED, error.end


codecs.register_error("medlong-mark", _mark)


def opened(reading: Reading, newline: str) -> TextIO:
    """Return the text of a file, or of a part of it, unpacked, with `UNDECODED` in place of bytes that are no text.

    Raises:
        OSError: If it cannot be opened.
        MissingPackageError: If unpacking it needs a package that is not installed.
    """
    plain = codecs.lookup(reading.encoding).name
    encoding = "utf-8-sig" if plain == "utf-8" else plain
    if reading.span is not None:
        encoding = "utf-8" if reading.span.start else encoding  # a mark is one at the start of the file alone
        part = io.BufferedReader(_Part(reading.path.open("rb", buffering=0), reading.span), record.BLOCK)
        return io.TextIOWrapper(part, encoding=encoding, errors="medlong-mark", newline=newline)
    suffix = reading.path.suffix.lower()
    binary: Any = gzip.GzipFile(reading.path, "rb") if suffix == ".gz" else reading.path.open("rb")
    if suffix == ".zst":
        binary = io.BufferedReader(_Zstandard(binary, str(reading.path)))
    return io.TextIOWrapper(cast(BinaryIO, binary), encoding=encoding, errors="medlong-mark", newline=newline)


def not_text(reading: Reading) -> str:
    """Return what is said of a place that holds `UNDECODED`."""
    return f"not {reading.encoding.upper()} text; if it is text, declare what it is, such as encoding: gb18030"


def lines(file: TextIO, too_long: Bad) -> Iterator[str]:
    """Yield every line of `file`; an empty one for each that is longer than is read, once `too_long` was told of it."""
    most = record.LONGEST_LINE
    number = 0
    while text := file.readline(most + 1):
        number += 1
        if len(text) > most and not text.endswith("\n"):
            too_long(number, f"longer than {most:,} characters")
            while (rest := file.readline(record.BLOCK)) and not rest.endswith("\n"):
                pass
            text = ""
        yield text


class _Part(io.RawIOBase):
    """The bytes of a part of a file."""

    def __init__(self, file: io.FileIO, span: Span) -> None:
        self._file = file
        self._file.seek(span.start)
        self._left = span.size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = self._file.readinto(memoryview(buffer)[: self._left])
        self._left -= count
        return count

    def close(self) -> None:
        self._file.close()
        super().close()


class _Zstandard(io.RawIOBase):
    """The bytes in a .zst of one or more frames; unlike the package's own reader it knows a file that was cut off."""

    def __init__(self, packed: BinaryIO, name: str) -> None:
        try:
            import zstandard
        except ModuleNotFoundError:
            packed.close()
            raise MissingPackageError(f"{name}: needs the package zstandard: pip install 'medlong[mix]'") from None
        self._package: Any = zstandard
        self._packed, self._name = packed, name
        self._frame: Any = None
        self._left = b""
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready:
            block = self._left or self._packed.read(_PACKED_BLOCK)
            self._left = b""
            if not block:
                if self._frame is not None:
                    raise EOFError("it ends within a frame")
                return 0
            self._ready = memoryview(self._unpacked(block))
        count = min(len(buffer), len(self._ready))
        buffer[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count

    def _unpacked(self, block: bytes) -> bytes:
        try:
            self._frame = self._frame or self._package.ZstdDecompressor().decompressobj()
            data: bytes = self._frame.decompress(block)
        except self._package.ZstdError as error:
            raise DataError(f"{self._name}: cut off or damaged: {error}") from None
        if self._frame.eof:
            self._left, self._frame = self._frame.unused_data, None
        return data

    def close(self) -> None:
        self._packed.close()
        super().close()
