"""The site's first page: a choice of language, and the editions."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.city import City
from reports.pages.templates import render
from reports.words.language import language


@dataclass(frozen=True)
class FrontPage:
    """Everything that `front.html.j2` shows."""

    titles: tuple[str, ...]
    html_langs: tuple[str, ...]
    day: str
    editions: tuple[str, ...]  # folders, newest first


def render_front(city: City, *, editions: Sequence[str]) -> str:
    """The front page, in both languages at once."""
    titles = tuple(
        language(code).text("%(city)s Safety Index", city=language(code).pick(city.about.name))
        for code in ("en", "zh")
    )
    page = FrontPage(
        titles=titles,
        html_langs=("en", "zh-CN"),
        day=editions[0].split("/")[0] if editions else "",
        editions=tuple(editions),
    )
    return render("front.html.j2", language=language("en"), page=page)
