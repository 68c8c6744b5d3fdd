"""The site's first page: a choice of language, and the editions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.city import City
from reports.pages.notices import notices
from reports.pages.templates import render
from reports.words.language import language

NAMES = {"en": ("en", "English", "Editions", "Methods"), "zh": ("zh-CN", "中文", "各期", "方法")}


@dataclass(frozen=True)
class Choice:
    """One language of the site, in its own words."""

    code: str
    html_lang: str
    name: str
    editions_word: str
    methods_word: str
    title: str


@dataclass(frozen=True)
class FrontPage:
    """Everything that `front.html.j2` shows."""

    choices: tuple[Choice, ...]  # the city's own language first
    notices: tuple[str, ...]
    day: str
    editions: tuple[str, ...]  # folders, newest first
    methods: tuple[tuple[str, tuple[str, ...]], ...]  # with a page; editions below it, newest first


def render_front(
    city: City, *, editions: Sequence[str], methods: Mapping[str, Sequence[str]]
) -> str:
    """The front page, in both languages at once.

    Args:
        city: Whose it is.
        editions: Folders of the leading method's editions, newest first.
        methods: Methods that have a page, and the folders below it: the others' editions.
    """
    codes = sorted(NAMES, key=lambda code: code != city.about.language)
    choices = tuple(
        Choice(
            code,
            *NAMES[code],
            language(code).text("%(city)s Safety Index", city=language(code).pick(city.about.name)),
        )
        for code in codes
    )
    page = FrontPage(
        choices=choices,
        notices=notices(city, *map(language, codes)),
        day=editions[0].split("/")[0] if editions else "",
        editions=tuple(editions),
        methods=tuple((name, tuple(methods[name])) for name in sorted(methods)),
    )
    return render("front.html.j2", language=language(codes[0]), page=page)
