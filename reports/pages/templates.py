"""The template environment, and the one style sheet as every page carries it."""

import base64
import hashlib
from functools import cache
from pathlib import Path

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup

from indices.method import Levels
from reports.words.language import Language

TEMPLATES = Path(__file__).parents[1] / "templates"


def render(
    name: str, *, language: Language, levels: Levels | None = None, **variables: object
) -> str:
    """Fill a template. The same variables always give the same text.

    Args:
        name: Of the template.
        language: Of the page.
        levels: Whose colours the badges have; those of the style sheet where it is None.
        **variables: What the template shows.
    """
    style = _style_sheet() + _palette(levels)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        _environment(language)
        .get_template(name)
        .render(
            style=Markup(style),  # noqa: S704  our own file and checked colours, not input
            # One file a page, and nothing but this style sheet may run or load.
            policy=f"default-src 'none'; style-src 'sha256-{digest}'; img-src 'self'; "
            "base-uri 'none'",
            **variables,
        )
    )


@cache
def _style_sheet() -> str:
    return (TEMPLATES / "style.css").read_text(encoding="utf-8")


def _palette(levels: Levels | None) -> str:
    """The colours of a method's levels; the model holds them to `#rrggbb`."""
    if levels is None:
        return ""
    rules = [
        f".level-{level.number} {{ background: {level.colour}; color: {level.text_colour}; }}"
        for level in levels.level
    ]
    # In print and forced colours the badge's border, glyph and word carry the meaning.
    return "@media screen and (forced-colors: none) {\n" + "\n".join(rules) + "\n}\n"


class _CompiledOnce(BytecodeCache):
    """Templates compiled by one language's environment serve the other's."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take what was compiled before."""
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what has been compiled."""
        self.kept[bucket.key] = bucket.bytecode_to_string()


COMPILED = _CompiledOnce()


@cache
def _environment(language: Language) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        bytecode_cache=COMPILED,
    )
    environment.install_gettext_translations(language.catalogue, newstyle=True)  # type: ignore[attr-defined]
    environment.globals.update(
        lang=language.code,
        html_lang={"en": "en", "zh": "zh-CN"}[language.code],
        other=next(code for code in ("en", "zh") if code != language.code),
        words=language,
    )
    return environment
