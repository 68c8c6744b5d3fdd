"""How a place name is written, and what of it names the place.

"Abington Twp.", "ABINGTON" and "Township of Abington" name one place; so do 斗门区乾务镇, 乾務鎮
and 乾务派出所. `read_name` takes a name apart: the key, the word that says what kind of place it
is, and the wider places that stand in front.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from opencc import OpenCC

# What a kind of place is called, and the kinds that may be the same place. A county is not the
# township that bears its name, 斗门区 is not 斗门镇; but 前山镇 has become 前山街道.
COUNTY, DISTRICT, CITY, TOWN, BOROUGH, VILLAGE = (
    "county",
    "district",
    "city",
    "town",
    "borough",
    "village",
)
ENGLISH_WORDS = {  # as written -> as compared
    "township": "township",
    "twp": "township",
    "town": "town",
    "borough": "borough",
    "boro": "borough",
    "village": "village",
    "vlg": "village",
    "city": "city",
    "municipality": "city",
    "county": "county",
    "district": "district",
    "ward": "district",
    "subdistrict": "subdistrict",
    "jiedao": "subdistrict",
    "zhen": "town",
}
CHINESE_WORDS = {  # endings, as written -> as compared; empty: says nothing of the kind of place
    "街道办事处": "街道",
    "街道办": "街道",
    "街道": "街道",
    "街": "街道",
    "民族乡": "乡",
    "乡": "乡",
    "镇": "镇",
    "新区": "区",
    "公安分局": "区",
    "分局": "区",
    "自治县": "县",
    "县": "县",
    "区": "区",
    "旗": "旗",
    "市": "市",
    "人民政府": "",
    "边防派出所": "",
    "派出所": "",
    "办事处": "",
    "管理委员会": "",
    "管委会": "",
}
KINDS = {
    "township": TOWN,
    "town": TOWN,
    "subdistrict": TOWN,
    "街道": TOWN,
    "镇": TOWN,
    "乡": TOWN,
    "borough": BOROUGH,
    "village": VILLAGE,
    "city": CITY,
    "市": CITY,
    "county": COUNTY,
    "district": DISTRICT,
    "区": DISTRICT,
    "县": DISTRICT,
    "旗": DISTRICT,
}
LEAST = 2  # characters of a Chinese name that must remain: 东区 is a name, 东 is none

NUMBER = re.compile(r"[(\[]\s*(\d+)\s*[)\]]")  # "Bay Street Corridor (76)"
ENDING = re.compile(
    rf"^(.{{{LEAST},}}?)({'|'.join(sorted(CHINESE_WORDS, key=len, reverse=True))})$"
)
# A province, city, district or police office in front, the nearest end first. 社区 and 小区 are
# within a town; 市场 is no city.
PARENT = re.compile(
    r"^(?:公安局(?=...))?(.+?(?:(?<![社小])区|县|(?<=自治)州|(?<=..)(?:省|市(?!场)|旗|公安局|分局)))(?=.{2})"
)
ACCENTS = dict.fromkeys(range(0x300, 0x370))


@dataclass(frozen=True)
class PlaceName:
    """A name taken apart."""

    key: str  # what names the place: "abington", "斗门"
    word: str  # the kind of place in one spelling: "township", "镇"; empty if the name tells none
    number: str  # in brackets behind the name
    parents: tuple[str, ...]  # keys of the wider places that stand in front

    @property
    def kind(self) -> str:
        """Group of kinds that may be one place; empty if the name tells none."""
        return KINDS.get(self.word, "")

    @property
    def full(self) -> tuple[str, str, str]:
        """The whole name in one spelling, without wider places."""
        return self.key, self.word, self.number


def place_key(name: str) -> str:
    """What names the place, in one spelling; it is empty only for a blank name.

    >>> place_key("Abington Twp."), place_key("珠海市斗門區乾務鎮"), place_key("St. Léon (71)")
    ('abington', '干务', 'stleon')
    """
    return read_name(name).key


def read_name(name: str) -> PlaceName:
    """Take a name apart."""
    plain = _plain(name)
    found = NUMBER.search(plain)
    words = _words(NUMBER.sub(" ", plain))
    if not words:  # nothing but a number or marks: they are the name
        return PlaceName("".join(_words(plain)) or plain, "", "", ())
    words, word = _without_english_word(words)
    key, parents = "".join(words), tuple[str, ...]()
    if not key.isascii():
        key, chinese_word, parents = _without_chinese_parts(key)
        word = chinese_word or word
    return PlaceName(key, word, found.group(1) if found else "", parents)


def _plain(name: str) -> str:
    """One spelling of marks: widths, case, accents, traditional characters."""
    if name.isascii():
        return name.strip().lower()
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    bare = unicodedata.normalize("NFD", folded).translate(ACCENTS)
    return _simplified(unicodedata.normalize("NFKC", bare)).strip()


def _words(text: str) -> list[str]:
    """Runs of letters, digits and the marks that belong to letters."""
    return "".join(mark if _is_letter(mark) else " " for mark in text).split()


@cache
def _is_letter(mark: str) -> bool:
    return unicodedata.category(mark)[0] in "LNM"


def _without_english_word(words: list[str]) -> tuple[list[str], str]:
    """Words without "Township of" in front or "Twp" behind, and the word for the kind of place."""
    if words[0] in ENGLISH_WORDS and words[1:2] == ["of"] and words[2:]:
        return words[2:], ENGLISH_WORDS[words[0]]
    rest = words[:-1]
    if words[-1] in ENGLISH_WORDS and any(not word.isdecimal() for word in rest):
        return rest, ENGLISH_WORDS[words[-1]]
    return words, ""


def _without_chinese_parts(text: str) -> tuple[str, str, tuple[str, ...]]:
    """Core of a name, word for the kind of place, keys of the wider places in front."""
    parents = []
    while (front := PARENT.match(text)) and text[front.end() :] not in CHINESE_WORDS:
        parents.append(_without_endings(front.group(1))[0])
        text = text[front.end() :]
    core, word = _without_endings(text)
    return _simplified(core), word, tuple(parents)


def _without_endings(text: str) -> tuple[str, str]:
    """Core of a name, and the outermost ending that tells the kind of place.

    >>> _without_endings("前山街道派出所")
    ('前山', '街道')
    """
    word = ""
    while ending := ENDING.match(text):
        text = ending.group(1)
        word = word or CHINESE_WORDS[ending.group(2)]
    return text, word


def _simplified(text: str) -> str:
    """Traditional characters as simplified ones.

    Until nothing changes: the converter leaves 乾縣 at 乾县, and makes 干县 of that.
    """
    while (simpler := str(_converter().convert(text))) != text:
        text = simpler
    return text


@cache
def _converter() -> OpenCC:
    """Loaded when the first name needs it."""
    return OpenCC("t2s")
