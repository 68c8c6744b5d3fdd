"""Every kind of page of the synthetic city in a browser: months, choices, front, other methods."""

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from pipeline.settings import REPOSITORY
from tests.browser.test_pages import CONTRAST, browser, open_page, pages_of
from tests.conftest import run_cli

pytestmark = pytest.mark.browser
__all__ = ["browser"]  # a fixture
DEMO = REPOSITORY / "data" / "cities" / "zhuhai-demo"
KINDS = {
    "day": "2025-12-31/r0/{code}/index.html",
    "day of another method": "methods/zhuhai-2018/2025-12-31/r0/{code}/index.html",
    "half month": "2025-12-16--2025-12-31/r0/{code}/index.html",
    "month": "2025-12/r0/{code}/index.html",
    "month of another method": "methods/zhuhai-2018/2025-12/r0/{code}/index.html",
    "choices": "2025-12-31/r0/{code}/sensitivity.html",
    "method": "methods/standard/{code}/index.html",
    "front": "index.html",
}
EACH_CODE = pytest.mark.parametrize("code", ["en", "zh"])
EACH_KIND = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture(scope="module")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The synthetic city at the end of a month, with a report by its second method."""
    home = tmp_path_factory.mktemp("demo") / "home"
    options = ("--city", DEMO, "--home", home)
    for more in (
        (),
        ("--method", "zhuhai-2018", "--period", "month"),
        ("--method", "huizhou-2016"),
    ):
        done = run_cli("run", *options, *more)
        assert done.returncode == 0, done.stderr
    return home


class Page(HTMLParser):
    """Links and names of a page."""

    def __init__(self, path: Path) -> None:
        """Read a page."""
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep addresses and ids."""
        found = dict(attrs)
        if tag in ("a", "link") and found.get("href"):
            self.links.append(str(found["href"]))
        if found.get("id"):
            self.ids.append(str(found["id"]))

    def places(self, path: Path) -> Iterator[tuple[Path, str]]:
        """File and anchor of each link that stays in the tree."""
        for link in self.links:
            if not link.startswith(("https://", "http://")):
                address, _, anchor = link.partition("#")
                yield (path.parent / address).resolve() if address else path, anchor


def test_every_link_of_the_tree_resolves(demo_home: Path) -> None:
    """Each is a file there and each anchor an id of its page; others are on the web."""
    pages = {path.resolve(): Page(path) for path in pages_of(demo_home)}
    dead = [
        (path.relative_to(demo_home), place, anchor)
        for path, page in pages.items()
        for place, anchor in page.places(path)
        if not place.is_file() or (anchor and anchor not in pages[place].ids)
    ]
    assert dead == []
    twice = [path for path, page in pages.items() if len(page.ids) > len(set(page.ids))]
    assert twice == []


def test_every_edition_is_reached_from_the_front_page(demo_home: Path) -> None:
    """Following links from the first page one comes to each page of each edition's ranking."""
    site = (demo_home / "site").resolve()
    seen: set[Path] = set()
    ahead = [site / "index.html"]
    while ahead:
        path = ahead.pop()
        if path.suffix == ".html" and path not in seen:
            seen.add(path)
            ahead += [place for place, _ in Page(path).places(path)]
    rankings = {*site.rglob("index.html")}
    assert set() == rankings - seen


@EACH_KIND
@EACH_CODE
@pytest.mark.parametrize("width", [360, 768, 1280])
def test_each_kind_of_page_opens_and_fits(
    browser: Browser, demo_home: Path, kind: str, code: str, width: int
) -> None:
    """No message, no request to others, no sideways scroll of the page, a title and a language."""
    path = demo_home / "site" / KINDS[kind].format(code=code)
    page, noise = open_page(browser, path, viewport={"width": width, "height": 800})
    assert noise == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.title()
    if kind != "front":
        assert {"en": "en", "zh": "zh-CN"}[code] == page.get_attribute("html", "lang")
    page.close()


@EACH_KIND
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_of_each_kind_has_contrast(
    browser: Browser, demo_home: Path, kind: str, scheme: str
) -> None:
    """All text reaches 4.5 to 1 against its ground in both themes (WCAG 1.4.3)."""
    path = demo_home / "site" / KINDS[kind].format(code="zh")
    page, _ = open_page(browser, path, color_scheme=scheme)
    for selector in (".level", "small", "td", "th", "p", "a", ".hint", "dt", "summary", "li"):
        if page.locator(selector).count():
            assert page.evaluate(CONTRAST, selector) >= 4.5, selector
    page.close()


@pytest.mark.parametrize("kind", ["day", "day of another method", "ten days"])
def test_no_column_of_the_ranking_is_empty(browser: Browser, demo_home: Path, kind: str) -> None:
    """A column that holds nothing for any town, because nothing may or can be told, is left out."""
    kinds = {
        **KINDS,
        "ten days": "methods/huizhou-2016/2025-12-21--2025-12-31/r0/{code}/index.html",
    }
    page, _ = open_page(browser, demo_home / "site" / kinds[kind].format(code="en"))
    cells = page.eval_on_selector_all(
        "tbody tr[id]", "rows => rows.map(row => [...row.cells].map(cell => cell.innerText.trim()))"
    )
    assert {len(row) for row in cells} == {page.locator("table").first.locator("thead th").count()}
    assert [set(column) for column in zip(*cells, strict=True) if {*column} <= {"", "–"}] == []
    page.close()
