"""The page of a method: how a score is made, a worked example, and where each value comes from."""

from dataclasses import dataclass

from indices.composite.chance import INTERVAL, N_DRAWS, RANKS
from indices.composite.method import CompositeMethod
from indices.method import StandardMethod
from pipeline.methods import AnyMethodFile, method_as_data
from reports.pages.composite_steps import composite_steps
from reports.pages.composite_words import PERIODS
from reports.pages.example import make_example
from reports.pages.example_words import example_steps
from reports.pages.method_view import Marker, SourceLine, Step, plain_number, source_lines
from reports.pages.standard_example import make_standard_example, standard_example_steps
from reports.pages.standard_steps import standard_steps
from reports.pages.templates import render
from reports.words.language import Language, mark

DAILY = PERIODS["day"]
BANNERS = {
    "published": mark(
        "The formula of this index is published. What you read here is our reading of it, NOT a "
        "calculation by %(place)s."
    ),
    "partly published": mark(
        "The formula of this index is published in part; the rest is our assumption. What you read "
        "here is our reading of it, NOT the calculation of %(place)s."
    ),
    "not found": mark(
        "No source tells the formula of this index. What you read here is our reconstruction, NOT "
        "the calculation of %(place)s; its own values may have differed."
    ),
}


@dataclass(frozen=True)
class MethodPage:
    """Everything that `method.html.j2` shows."""

    notices: tuple[str, ...]
    title: str
    facts: tuple[tuple[str, str], ...]  # below the title
    formula: str  # code of the banner's look
    banner: str
    counted: str  # how many values are stated and assumed
    summary: str
    steps: tuple[Step, ...]
    example: tuple[Step, ...]
    chance: tuple[str, ...]
    not_shown: tuple[str, ...]
    sources: tuple[SourceLine, ...]
    file: tuple[tuple[str, str], ...]


def render_method(file: AnyMethodFile, *, language: Language, name: str = "index.html") -> str:
    """The page of one method; the same file always gives the same page.

    Args:
        file: Of the method.
        language: Of the page.
        name: Of the page's file, under which the other language has its own.
    """
    method = file.method
    if isinstance(method, CompositeMethod):
        page = _composite_page(file, method, language)
    else:
        page = _standard_page(file, method, language)
    return render("method.html.j2", language=language, levels=method.levels, page=page, own=name)


def _composite_page(file: AnyMethodFile, method: CompositeMethod, language: Language) -> MethodPage:
    """The page of a city's index."""
    place = language.pick(method.place)
    sources = source_lines(method.sources)
    facts = (
        (language.text("Place"), place),
        (language.text("Period"), language.text(PERIODS[method.period.value])),
        *_version(file, language),
    )
    return MethodPage(
        notices=(),
        title=language.pick(method.name),
        facts=facts,
        formula=method.formula.replace(" ", "-"),
        banner=language.text(BANNERS[method.formula], place=place),
        counted=_counted(file, language),
        summary=language.pick(method.summary),
        steps=composite_steps(method, Marker(sources, language)),
        example=example_steps(make_example(method), language),
        chance=_composite_chance(language),
        not_shown=tuple(language.pick(text) for text in method.not_shown),
        sources=sources,
        file=_file(file, language),
    )


def _standard_page(file: AnyMethodFile, method: StandardMethod, language: Language) -> MethodPage:
    """The page of our own method."""
    return MethodPage(
        notices=(),
        title=language.pick(method.name),
        facts=(
            (language.text("Place"), language.text("any city")),
            (language.text("Period"), language.text(DAILY)),
            *_version(file, language),
        ),
        formula="published",
        banner=language.text(
            "This is our own method, the same for every city. It is no city's official index."
        ),
        counted=_counted(file, language),
        summary=language.pick(method.summary),
        steps=standard_steps(method, Marker((), language)),
        example=standard_example_steps(make_standard_example(method), language),
        chance=_standard_chance(language),
        not_shown=(),
        sources=(),
        file=_file(file, language),
    )


def _counted(file: AnyMethodFile, language: Language) -> str:
    """How many values are stated and how many assumed."""
    about = method_as_data(file)
    return language.text(
        "Of the %(all)s values in the method's file, %(stated)s are stated by a source and "
        "%(assumed)s are assumed. Each carries its mark.",
        all=about["stated"] + about["assumed"],
        stated=about["stated"],
        assumed=about["assumed"],
    )


def _composite_chance(language: Language) -> tuple[str, ...]:
    """What intervals and rank ranges of a composite method are."""
    return (
        language.text(
            "The published index gave neither intervals nor rank ranges. They are ours and the "
            "same for every method."
        ),
        language.text(
            "Incidents are counts, and counts vary by chance. For each indicator %(draws)s values "
            "are drawn that its incidents, and those of a town's own past, would allow (a gamma "
            "distribution with half an event more than was counted: Jeffreys' prior), and the "
            "method is applied to each draw.",
            draws=N_DRAWS,
        ),
        language.text(
            "The interval holds %(interval)s %% of the scores drawn, the rank range %(ranks)s %% "
            "of the ranks. Both always hold the printed value.",
            interval=plain_number(100 * (INTERVAL[1] - INTERVAL[0]), language),
            ranks=plain_number(100 * (RANKS[1] - RANKS[0]), language),
        ),
        language.text(
            "They do not tell whether the method measures the right thing, nor what incidents "
            "nobody reported."
        ),
    )


def _standard_chance(language: Language) -> tuple[str, ...]:
    """The same of the standard method."""
    return (
        language.text(
            "Interval and rank range belong to the method: they follow from how many incidents a "
            "score rests on."
        ),
        language.text(
            "They do not tell whether the method measures the right thing, nor what incidents "
            "nobody reported."
        ),
    )


def _version(file: AnyMethodFile, language: Language) -> tuple[tuple[str, str], ...]:
    return ((language.text("Version"), file.method.version),)


def _file(file: AnyMethodFile, language: Language) -> tuple[tuple[str, str], ...]:
    """Which file the page was made from."""
    return (
        (language.text("File"), f"data/methods/{file.method.id}.toml"),
        *_version(file, language),
        ("SHA-256", file.sha256),
    )
