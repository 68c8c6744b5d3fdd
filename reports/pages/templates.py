"""The template environment, and the one style sheet as every page carries it."""

import base64
import hashlib
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reports.words.language import Language

TEMPLATES = Path(__file__).parents[1] / "templates"


def render(name: str, *, language: Language, **variables: object) -> str:
    """Fill a template. The same variables always give the same text."""
    return _environment(language).get_template(name).render(**variables)


@cache
def _environment(language: Language) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(language.catalogue, newstyle=True)  # type: ignore[attr-defined]
    style = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    environment.globals.update(
        lang=language.code,
        html_lang={"en": "en", "zh": "zh-CN"}[language.code],
        other=next(code for code in ("en", "zh") if code != language.code),
        style=Markup(style),  # noqa: S704  our own file, not input
        # One file a page, and nothing but this style sheet may run or load.
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; img-src 'self'; base-uri 'none'",
        words=language,
    )
    return environment
