"""One object per language: texts from its catalogue, numbers and dates by its rules.

English texts are the keys; `zh.po` holds the Chinese ones. A test keeps it complete.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from gettext import NullTranslations
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from indices.choices import Text

CATALOGUES = Path(__file__).parent
LOCALES = {"en": "en_GB", "zh": "zh_CN"}
MINUS = "\u2212"


def mark(message: str) -> str:
    """Leave a text as it is, but let the catalogues know of it: it is shown elsewhere."""
    return message


class Catalogue(NullTranslations):
    """The texts of one language; a text that is missing stays English."""

    def __init__(self, texts: dict[str, str]) -> None:
        """Keep the texts by their English key."""
        super().__init__()
        self.texts = texts

    def gettext(self, message: str) -> str:
        """The text in this language."""
        return (message and self.texts.get(message)) or message

    def ngettext(self, one: str, many: str, n: int) -> str:
        """The text for a number; Chinese has one form, kept under the plural."""
        return self.texts.get(many) or (one if n == 1 else many)


@dataclass(frozen=True)
class Language:
    """How to say things in one language."""

    code: str  # en | zh
    locale: Locale
    catalogue: Catalogue

    def text(self, message: str, /, **values: object) -> str:
        """A text with its values put in."""
        return (
            self.catalogue.gettext(message) % values if values else self.catalogue.gettext(message)
        )

    def count_text(self, one: str, many: str, n: int, /, **values: object) -> str:
        """A text for a number of things; `n` is available as %(n)s."""
        return self.catalogue.ngettext(one, many, n) % ({"n": self.number(n)} | values)

    def pick(self, text: Text) -> str:
        """The language's side of a text from a method or city file."""
        return str(getattr(text, self.code))

    def number(self, value: float, decimals: int = 0) -> str:
        """A number with grouping and a fixed number of decimals."""
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        return str(format_decimal(value, format=pattern, locale=self.locale))

    def score(self, value: float, decimals: int = 1) -> str:
        """A published score; 0 and 100 are bare because they are exact."""
        return f"{value:.0f}" if value in (0.0, 100.0) else f"{value:.{decimals}f}"

    def change(self, value: float | None, decimals: int = 1) -> str:
        """A change of a score with its sign; empty where there is nothing to compare with."""
        if value is None or math.isnan(value):
            return ""
        if value == 0:
            return f"{0:.{decimals}f}"
        return f"{'+' if value > 0 else MINUS}{abs(value):.{decimals}f}"

    def month(self, day: date) -> str:
        """The month of a day."""
        return str(format_skeleton("yMMMM", day, locale=self.locale))

    def long_date(self, day: date) -> str:
        """A date with its weekday."""
        pattern = {"en": "EEEE d MMMM y", "zh": "y年M月d日 EEEE"}[self.code]
        return str(format_date(day, pattern, locale=self.locale))

    def short_date(self, day: date) -> str:
        """A date without its weekday."""
        pattern = {"en": "d MMMM y", "zh": "y年M月d日"}[self.code]
        return str(format_date(day, pattern, locale=self.locale))

    def listing(self, parts: Iterable[str]) -> str:
        """Parts of a sentence in a row."""
        return {"en": ", ", "zh": "、"}[self.code].join(parts)


@cache
def language(code: str) -> Language:
    """The language with this code, `en` or `zh`."""
    path = CATALOGUES / f"{code}.po"
    texts: dict[str, str] = {}
    if path.exists():
        with path.open("rb") as file:
            for message in read_po(file):
                if isinstance(message.id, str):
                    texts[message.id] = str(message.string or "")
                else:
                    texts[message.id[1]] = (message.string or ("",))[0]
    return Language(code, Locale.parse(LOCALES[code]), Catalogue(texts))


LANGUAGES = tuple(LOCALES)
