"""Take the README's picture of the newest page: python docs/images/take.py var/site."""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

PICTURE = Path(__file__).parent / "ranking.png"


def take(site: Path) -> None:
    """Draw the English page at desktop width beside the Chinese one at a phone's."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--headless", "--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": 1480, "height": 820})
        frames = "".join(
            f'<iframe src="{(site / "latest" / code / "index.html").resolve().as_uri()}" '
            f'width="{width}" height="780"></iframe>'
            for code, width in (("en", 1040), ("zh", 360))
        )
        holder = site.parent / "picture.html"
        holder.write_text(
            "<style>body{background:#dfe5ea;display:flex;gap:24px;padding:12px}"
            "iframe{border:0;border-radius:10px;background:#fff}</style>" + frames,
            encoding="utf-8",
        )
        page.goto(holder.resolve().as_uri())
        page.screenshot(path=PICTURE)
        holder.unlink()
        browser.close()


if __name__ == "__main__":
    take(Path(sys.argv[1]))
