"""In which encoding the bytes of an unknown text were written."""

import codecs
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.sources.declaration import Encoding

UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
FEW_LETTERS = 20  # beyond ASCII: too few to tell one legacy encoding from another
CLEAR_LEAD = 0.1
MOST_DAMAGED_LINES = 0.01
MOST_DAMAGED_OF_UTF8 = 0.2  # text of another encoding is hardly ever valid UTF-8
LEAST_COMMON = 0.6
# The tables of GB 2312 and Big5 put the frequent characters first: these leading bytes.
FREQUENT_LEADS = {"gb18030": ("gb2312", 0xB0, 0xD7), "cp950": ("big5", 0xA4, 0xC6)}
NO_WINDOWS_1252 = bytes([0x81, 0x8D, 0x8F, 0x90, 0x9D])
ZERO_SHARE_OF_UTF16 = 0.2
MOST_LINES = 20_000
ASCII = bytes(range(128))
LONGEST_JUDGED = 400_000  # characters are judged one by one


@dataclass(frozen=True)
class FoundEncoding:
    """An encoding, and why it may be another one; empty where there is no doubt."""

    encoding: Encoding
    doubt: str = ""
    choices: tuple[str, ...] = ()


def find_encoding(start: bytes) -> FoundEncoding:
    """Judge the first bytes of a text: marks, then UTF-8, then which Han characters would result.

    A text of Han characters that was read in the wrong encoding consists of rare ones; the share of
    frequent characters tells GB18030 from Big5, and both from a text in Latin letters.
    """
    if start.startswith(UTF16_MARKS) or _zeros_alternate(start):
        return FoundEncoding("utf-16")
    lines = [line for line in _whole_lines(start) if not line.isascii()]
    lines = lines[:: len(lines) // MOST_LINES + 1]  # from all parts of the sample
    if start.startswith(codecs.BOM_UTF8) or not lines or _share_readable(lines, "utf-8") == 1:
        return FoundEncoding("utf-8")
    damaged = 1 - _share_readable(lines, "utf-8")
    if damaged <= MOST_DAMAGED_OF_UTF8:
        seen = f"{damaged:.1%} of the lines beyond ASCII are not UTF-8"
        return FoundEncoding("utf-8", seen, ("utf-8: those lines will be rejected", "mend them"))
    return _legacy(lines)


def _legacy(lines: list[bytes]) -> FoundEncoding:
    """The encoding of a text that is not UTF-8."""
    shares = {encoding: _share_frequent(lines, encoding) for encoding in FREQUENT_LEADS}
    best, second = sorted(shares, key=lambda encoding: -shares[encoding])
    n_letters = sum(len(line.translate(None, ASCII)) for line in lines)
    latin: Encoding = "latin-1" if _has(NO_WINDOWS_1252, lines) else "windows-1252"
    found: Encoding = latin if shares[best] < LEAST_COMMON else _as_encoding(best)
    close = found != latin and shares[best] - shares[second] < CLEAR_LEAD
    if n_letters >= FEW_LETTERS and not close:
        return FoundEncoding(found)
    seen = f"{n_letters} bytes beyond ASCII in the sample do not tell the encoding for certain"
    return FoundEncoding(found, seen, ("gb18030", "cp950", "windows-1252"))


def _as_encoding(name: str) -> Encoding:
    return "gb18030" if name == "gb18030" else "cp950"


def _has(some: bytes, lines: Iterable[bytes]) -> bool:
    return any(byte in line for line in lines for byte in some)


def _whole_lines(start: bytes) -> list[bytes]:
    """Lines of the sample; the last one may be cut and is left out where there are others."""
    lines = start.split(b"\n")
    return lines[:-1] if len(lines) > 1 else lines


def _zeros_alternate(start: bytes) -> bool:
    """Whether every other byte is zero, as in ASCII text written as UTF-16."""
    even, odd = start[0::2], start[1::2]
    if not odd:
        return False
    zeros = sorted((even.count(0) / len(even), odd.count(0) / len(odd)))
    return zeros[0] == 0 and zeros[1] > ZERO_SHARE_OF_UTF16


def _share_readable(lines: list[bytes], encoding: str) -> float:
    return sum(_is_readable(line, encoding) for line in lines) / len(lines)


def _is_readable(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _share_frequent(lines: list[bytes], encoding: str) -> float:
    """Share of frequent ones among the Han characters; 0 where lines cannot be read."""
    if _share_readable(lines, encoding) < 1 - MOST_DAMAGED_LINES:
        return 0.0
    text = b"\n".join(lines)[:LONGEST_JUDGED].decode(encoding, errors="ignore")
    letters = [letter for letter in text if not letter.isascii() and _is_letter(letter)]
    frequent = sum(_is_frequent(letter, encoding) for letter in letters)
    return frequent / len(letters) if letters else 0.0


def _is_letter(letter: str) -> bool:
    """Letters and unknown code points; punctuation tells little."""
    return unicodedata.category(letter)[0] in "LC"


def _is_frequent(letter: str, encoding: str) -> bool:
    table, first, last = FREQUENT_LEADS[encoding]
    try:
        return first <= letter.encode(table)[0] <= last
    except UnicodeEncodeError:
        return False
