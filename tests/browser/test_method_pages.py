"""The page of every method, and an edition of each, in a real browser."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from pipeline.methods import list_methods
from reports.pages.day import render_day
from reports.pages.method import render_method
from reports.words.language import LANGUAGES, language
from tests.browser.test_pages import CONTRAST, browser, open_page
from tests.spec.made_up_editions import county_month

pytestmark = pytest.mark.browser
__all__ = ["browser"]  # a fixture
METHODS = {file.method.id: file for file in list_methods()}
EACH_METHOD = pytest.mark.parametrize("method", METHODS)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For every method and language its page, and a period's ranking of Alder County."""
    folder = tmp_path_factory.mktemp("pages")
    for name, file in METHODS.items():
        with county_month(folder / name / "city", method=name) as (city, _, edition):
            for code in LANGUAGES:
                words = language(code)
                page = render_method(file, language=words)
                day = render_day(edition, city=city, method=file.method, language=words)
                (folder / f"{name}.method.{code}.html").write_text(page, encoding="utf-8")
                (folder / f"{name}.day.{code}.html").write_text(day, encoding="utf-8")
    return folder


@EACH_METHOD
@pytest.mark.parametrize("kind", ["method", "day"])
@pytest.mark.parametrize("width", [360, 768, 1280])
def test_pages_of_every_method_open_and_fit(
    browser: Browser, pages: Path, method: str, kind: str, width: int
) -> None:
    """No message, no request to others, and no sideways scroll, whatever the words and levels."""
    for code in LANGUAGES:
        path = pages / f"{method}.{kind}.{code}.html"
        page, noise = open_page(browser, path, viewport={"width": width, "height": 800})
        assert noise == [], code
        assert page.evaluate("document.documentElement.scrollWidth") <= width, code
        page.close()


@EACH_METHOD
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_badges_of_every_palette_have_contrast(
    browser: Browser, pages: Path, method: str, scheme: str
) -> None:
    """The word of a level reaches 4.5 to 1 on its colour, and so does the text around it."""
    for kind in ("method", "day"):
        page, _ = open_page(browser, pages / f"{method}.{kind}.en.html", color_scheme=scheme)
        for selector in (".level", "td", "th", "p", "a", "small", ".banner"):
            if page.locator(selector).count():
                assert page.evaluate(CONTRAST, selector) >= 4.5, (kind, selector)
        page.close()
