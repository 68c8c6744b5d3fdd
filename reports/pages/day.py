"""The public page of an edition: its ranking, and what to know to read it."""

from dataclasses import dataclass

from indices.method import Method
from pipeline.city import City
from pipeline.editions.edition import Edition, Facts
from reports.pages.about import edition_facts, edition_files
from reports.pages.notices import notices
from reports.pages.rows import (
    CHANGE_HEADS,
    DistrictRow,
    LevelView,
    TownRow,
    changes_shown,
    district_rows,
    level_views,
    told_pillars,
    town_rows,
)
from reports.pages.sentences import not_located_sentence, quality_sentence
from reports.pages.templates import render
from reports.pages.words_of import MethodWords, method_words
from reports.words.language import Language, mark
from reports.words.periods import facts_period

MANY = 1000  # incidents: from here on a tenth of one says nothing
STATUSES = (mark("stated"), mark("assumed"))


@dataclass(frozen=True)
class DayPage:
    """Everything that `day.html.j2` shows."""

    title: str
    city: str
    day: str
    notices: tuple[str, ...]
    summary: tuple[str, ...]
    levels: tuple[LevelView, ...]
    pillars: tuple[str, ...]
    town_word: str
    town_words: str
    has_districts: bool
    change_heads: tuple[str, ...]  # what the changes are against
    has_steps: bool
    rank_hint: str
    rows: tuple[TownRow, ...]
    districts: tuple[DistrictRow, ...]
    deviations: tuple[str, ...]
    not_rated_rule: str
    not_located: str
    quality: str
    how_to_read: tuple[str, ...]
    what_counts: tuple[tuple[str, str, str, str], ...]  # pillar, what, how much, status
    what_counts_caption: str
    what_counts_head: str
    facts: tuple[tuple[str, str], ...]
    files: tuple[tuple[str, str], ...]
    attribution: str
    licence: tuple[str, str]


def render_day(edition: Edition, *, city: City, method: Method, language: Language) -> str:
    """The page of an edition in one language."""
    page = view_day(edition, city, method, language)
    return render("day.html.j2", language=language, levels=method.levels, page=page)


def view_day(edition: Edition, city: City, method: Method, language: Language) -> DayPage:
    """Turn the numbers of an edition into texts."""
    facts = edition.facts
    name = language.pick(city.about.name)
    levels = level_views(edition, method, language)
    words = method_words(edition, city, method, language)
    changes = changes_shown(edition)
    rows = town_rows(edition, city, method, levels, language)
    return DayPage(
        title=language.text("%(city)s Safety Index", city=name),
        city=name,
        day=facts_period(facts, language),
        notices=notices(city, language),
        summary=summarise(edition, city, method, words, language),
        levels=levels,
        pillars=tuple(name for code, name in words.pillars if code in told_pillars(edition)),
        town_word=language.pick(city.about.town_word),
        town_words=language.pick(city.about.town_words),
        change_heads=tuple(language.text(CHANGE_HEADS[name]) for name in changes),
        has_steps=any(row.step for row in rows),
        rank_hint=language.text(RANK_HINTS[method.kind]),
        has_districts=any(town.district for town in city.towns.values()),
        rows=rows,
        districts=district_rows(edition, city, levels, language),
        deviations=words.deviations,
        not_rated_rule=words.not_rated_rule,
        not_located=not_located_sentence(edition, language),
        quality=quality_sentence(edition, language),
        how_to_read=(*words.how_to_read, *_about_changes(edition, language)),
        what_counts=words.what_counts,
        what_counts_caption=words.what_counts_caption,
        what_counts_head=language.text(HOW_MUCH[method.kind]),
        facts=edition_facts(edition, method, language),
        files=edition_files(edition, language),
        attribution=city.about.licence.attribution,
        licence=(city.about.licence.name, city.about.licence.url),
    )


def summarise(
    edition: Edition, city: City, method: Method, words: MethodWords, language: Language
) -> tuple[str, ...]:
    """The period in three plain sentences, every number of which stands in the files."""
    facts = edition.facts
    incidents = language.text(
        _of_the_period(facts),
        day=facts_period(facts, language),
        n=language.number(facts.incidents_on_day),
        towns=language.pick(city.about.town_words),
        city=language.pick(city.about.name),
        usual=_usual(facts, language),
    )
    if facts.city_score is None:
        score = language.text(
            "%(city)s as a whole has no score.", city=language.pick(city.about.name)
        )
    else:
        score = language.text(
            "%(city)s as a whole scores %(score)s, %(scale)s%(change)s.",
            city=language.pick(city.about.name),
            score=language.score(facts.city_score, max(facts.decimals, 1)),
            scale=words.score_scale,
            change=_city_change(facts, language),
        )
    if method.levels is None:
        return incidents, score
    towns = language.text(
        "Of its %(n)s %(towns)s, %(levels)s.",
        n=len(edition.ranking),
        towns=language.pick(city.about.town_words),
        levels=language.listing(_level_counts(edition, method, language)),
    )
    return incidents, score, towns


OF_A_DAY = mark(
    "On %(day)s the records hold %(n)s counted incidents in the %(towns)s of %(city)s; "
    "%(usual)s are usual for a day."
)
OF_A_MONTH = mark(
    "In %(day)s the records hold %(n)s counted incidents in the %(towns)s of %(city)s; "
    "%(usual)s are usual for a month of this length. They tell no more than the month."
)
OF_A_PERIOD = mark(
    "%(day)s: the records hold %(n)s counted incidents in the %(towns)s of %(city)s; "
    "%(usual)s are usual for so many days."
)
OF_NOTHING_USUAL = mark(
    "%(day)s: the records hold %(n)s counted incidents in the %(towns)s of %(city)s."
)
RANK_HINTS = {
    "standard": mark(
        "Rank 1 is the least harm per resident. The range beside a rank shows how far it can be "
        "trusted."
    ),
    "composite": mark(
        "Rank 1 is the safest by this method. The range beside a rank shows how far it can be "
        "trusted."
    ),
}
HOW_MUCH = {"standard": mark("Severity"), "composite": mark("Share")}


def _of_the_period(facts: Facts) -> str:
    """Which sentence tells the incidents."""
    if facts.incidents_usual is None:
        return OF_NOTHING_USUAL
    if facts.period_kind != "day":
        return OF_A_PERIOD
    return OF_A_MONTH if facts.by_month else OF_A_DAY


def _usual(facts: Facts, language: Language) -> str:
    if facts.incidents_usual is None:
        return ""
    return language.number(facts.incidents_usual, 1 if facts.incidents_usual < MANY else 0)


def _city_change(facts: Facts, language: Language) -> str:
    """How the city's score moved since the period before; nothing where there is none."""
    decimals = max(facts.decimals, 1)
    if facts.period_kind != "day":
        change = facts.city_change_previous
        if change is None:
            return ""
        if change == 0:
            return language.text("; that is the same as the period before")
        return language.text(
            "; that is %(change)s on the period before", change=language.change(change, decimals)
        )
    if facts.city_change_1d is None:
        return ""
    if facts.city_change_1d == 0:
        return language.text("; that is the same as the day before")
    return language.text(
        "; that is %(change)s on the day before",
        change=language.change(facts.city_change_1d, decimals),
    )


def _about_changes(edition: Edition, language: Language) -> tuple[str, ...]:
    """How the changes are to be read."""
    if not changes_shown(edition):
        return ()
    if edition.facts.period_kind == "day":
        return (
            language.text(
                "Changes compare this score with that of the day before and a week before, "
                "both computed from the same records."
            ),
        )
    return (
        language.text(
            "Changes compare this score with that of the period before and of the same period a "
            "year before, both computed from the same records."
        ),
    )


def _level_counts(edition: Edition, method: Method, language: Language) -> list[str]:
    """How many towns are at each level that has any, and how many are not rated."""
    counts = [
        language.count_text(
            "%(n)s is at level %(number)s (%(word)s)",
            "%(n)s are at level %(number)s (%(word)s)",
            level.n_towns,
            number=level.number,
            word=level.word,
        )
        for level in level_views(edition, method, language)
        if level.n_towns
    ]
    unrated = int(edition.ranking["score"].isna().sum())
    if unrated:
        counts.append(language.count_text("%(n)s is not rated", "%(n)s are not rated", unrated))
    return counts
