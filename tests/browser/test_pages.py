"""The pages in a real browser: both cities, both languages, phone and desktop, light and dark."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

pytestmark = pytest.mark.browser
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [  # no screen, no sandbox below root, no call to the outside
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
LEVELS = {"1": "●", "2": "◆", "3": "▲", "4": "■"}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; without it these tests are skipped, in CI they fail."""
    if CHROMIUM is None:
        assert not os.environ.get("REQUIRE_BROWSER"), (
            "Chromium is missing: apt-get install chromium"
        )
        pytest.skip("no Chromium on this machine (apt-get install chromium fonts-noto-cjk)")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


def open_page(browser: Browser, path: Path, **options: object) -> tuple[Page, list[str]]:
    """Open a page, with everything that it logs or asks of others."""
    page = browser.new_page(**options)  # type: ignore[arg-type]
    noise: list[str] = []
    page.on("console", lambda message: noise.append(message.text))
    page.on("pageerror", lambda error: noise.append(str(error)))
    page.on("request", lambda r: None if r.url.startswith("file:") else noise.append(r.url))
    page.goto(path.as_uri())
    return page, noise


def pages_of(home: Path) -> list[Path]:
    """Every page of a home."""
    return sorted(path for tree in ("site", "internal") for path in (home / tree).rglob("*.html"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 768, 1280])
@pytest.mark.parametrize("city", ["toronto", "montgomery"])
def test_pages_open_without_noise_and_fit(
    browser: Browser, request: pytest.FixtureRequest, city: str, width: int, scheme: str
) -> None:
    """No error, no policy violation, no outside request, and no sideways scroll of the page."""
    for path in pages_of(request.getfixturevalue(f"{city}_home")):
        view = {"width": width, "height": 800}
        page, noise = open_page(browser, path, viewport=view, color_scheme=scheme)
        assert noise == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        page.close()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_ranking_stays_readable_while_scrolling(
    browser: Browser, toronto_home: Path, language: str
) -> None:
    """On a phone the header row and the town's name stay in view inside the table."""
    path = toronto_home / "site" / "latest" / language / "index.html"
    page, _ = open_page(browser, path, viewport={"width": 360, "height": 780})
    box = page.locator(".scroll").first
    box.scroll_into_view_if_needed()
    box.evaluate("e => e.scrollTo(300, 2000)")
    frame = box.bounding_box()
    head = page.locator("thead th").first.bounding_box()
    name = page.locator("tbody th.name").nth(40).bounding_box()
    assert frame is not None
    assert head is not None
    assert name is not None
    assert abs(head["y"] - frame["y"]) <= 2
    assert abs(name["x"] - frame["x"]) <= 2
    page.close()


def test_each_level_reads_without_colour(browser: Browser, toronto_home: Path) -> None:
    """A level is its glyph, number and word: with all colours gone it can still be told."""
    path = toronto_home / "site" / "latest" / "en" / "index.html"
    page, _ = open_page(browser, path, forced_colors="active")
    badges = page.locator(".scroll").first.locator("tbody .level").all_inner_texts()
    assert len(badges) == 140
    assert [text for text in badges if LEVELS[text.split()[1]] != text.split()[0]] == []
    assert {"Calm", "Usual", "Raised", "High"} >= {text.split()[2] for text in badges}
    page.close()


def test_every_link_leads_somewhere(browser: Browser, toronto_home: Path) -> None:
    """Each relative link of each page is a file, and each anchor an element."""
    for path in pages_of(toronto_home):
        page, _ = open_page(browser, path)
        links = page.eval_on_selector_all("a[href]", "es => es.map(e => e.getAttribute('href'))")
        for link in links:
            if link.startswith("#"):
                assert page.locator(link).count() == 1, (path, link)
            elif not link.startswith("https://"):
                assert (path.parent / link).resolve().is_file(), (path, link)
        page.close()


def test_keyboard_reaches_the_table(browser: Browser, toronto_home: Path) -> None:
    """Tab goes to the skip link, the language and the scrolling table, in this order."""
    path = toronto_home / "site" / "latest" / "en" / "index.html"
    page, _ = open_page(browser, path)
    reached = []
    for _ in range(3):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.className"))
    assert reached == ["skip", "language", "scroll"]
    page.close()


def test_all_towns_are_on_paper(browser: Browser, toronto_home: Path) -> None:
    """Printed, the table is not cut off: every row is laid out, none is hidden in a scroll box."""
    path = toronto_home / "site" / "latest" / "zh" / "index.html"
    page, _ = open_page(browser, path)
    page.emulate_media(media="print")
    box = page.locator(".scroll").first
    assert box.evaluate("e => e.scrollHeight <= e.clientHeight + 1")
    assert page.locator("tbody tr[id]").count() == 140
    assert page.pdf(format="A4", prefer_css_page_size=True).startswith(b"%PDF")
    page.close()


CONTRAST = """
(selector) => {
  const part = (v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const luminance = (c) => {
    const [r, g, b] = c.map(v => part(v / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const rgb = (text) => text.match(/[\\d.]+/g).slice(0, 3).map(Number);
  const ground = (element) => {
    for (; element; element = element.parentElement) {
      const colour = getComputedStyle(element).backgroundColor;
      if (!/^rgba.*, 0\\)$/.test(colour)) return rgb(colour);
    }
    return [255, 255, 255];
  };
  return Math.min(...[...document.querySelectorAll(selector)].map(element => {
    const text = luminance(rgb(getComputedStyle(element).color));
    const behind = luminance(ground(element));
    return (Math.max(text, behind) + 0.05) / (Math.min(text, behind) + 0.05);
  }));
}
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_contrast(browser: Browser, toronto_home: Path, scheme: str) -> None:
    """All text reaches 4.5 to 1 against its ground, in both themes (WCAG 1.4.3)."""
    path = toronto_home / "site" / "latest" / "zh" / "index.html"
    page, _ = open_page(browser, path, color_scheme=scheme)
    for selector in (".level", "small", "td", "th", "p", "a", ".hint", "dt", "summary"):
        assert page.evaluate(CONTRAST, selector) >= 4.5, selector
    page.close()
