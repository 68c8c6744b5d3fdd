"""The public page of a day."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from indices.method import Level, Method
from pipeline.city import City
from pipeline.editions.edition import Edition
from reports.pages.notices import notices
from reports.pages.sentences import not_located_sentence, quality_sentence
from reports.pages.templates import render
from reports.words.language import Language, mark

MANY = 1000  # incidents: from here on a tenth of one says nothing
SCALE_FROM, SCALE_TO = 50.0, 100.0  # of the drawn intervals; lower values are drawn at the edge
DRAWN_WIDTH = 120.0
STATUSES = (mark("stated"), mark("assumed"))


@dataclass(frozen=True)
class LevelView:
    """A level as it is shown, with how many towns it holds."""

    number: int
    word: str
    glyph: str
    residents: str
    officials: str
    scores: str  # "80 to 90"
    n_towns: int


@dataclass(frozen=True)
class TownRow:
    """One line of the ranking; texts are ready to print, empty where there is no value."""

    town_id: str
    name: str
    district: str
    rank: str
    rank_range: str
    score: str
    interval: str
    drawn: tuple[str, str, str] | None  # x of the low end, the score and the high end
    level: LevelView | None
    changes: tuple[str, ...]
    pillars: tuple[str, ...]


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
    has_districts: bool
    has_changes: bool  # against the days before: months have none
    rows: tuple[TownRow, ...]
    not_rated_rule: str
    not_located: str
    quality: str
    how_to_read: tuple[str, ...]
    severities: tuple[tuple[str, str, str, str], ...]  # pillar, category, severity, status
    facts: tuple[tuple[str, str], ...]
    files: tuple[tuple[str, str], ...]
    attribution: str
    licence: tuple[str, str]


def render_day(edition: Edition, *, city: City, method: Method, language: Language) -> str:
    """The page of an edition in one language."""
    return render("day.html.j2", language=language, page=view_day(edition, city, method, language))


def view_day(edition: Edition, city: City, method: Method, language: Language) -> DayPage:
    """Turn the numbers of an edition into texts."""
    facts = edition.facts
    name = language.pick(city.about.name)
    levels = _levels(edition, method, language)
    pillars = tuple(city.calibration.pillars)
    return DayPage(
        title=language.text("%(city)s Safety Index", city=name),
        city=name,
        day=language.period(facts.day, by_month=facts.by_month),
        notices=notices(city, language),
        summary=summarise(edition, city, method, language),
        levels=levels,
        pillars=tuple(language.pick(method.pillars[pillar]) for pillar in pillars),
        town_word=language.pick(city.about.town_word),
        has_changes=not facts.by_month,
        has_districts=any(town.district for town in city.towns.values()),
        rows=_rows(edition, city, levels, language),
        not_rated_rule=_not_rated_rule(edition, method, language),
        not_located=not_located_sentence(edition, language),
        quality=quality_sentence(edition, language),
        how_to_read=_how_to_read(edition, method, language),
        severities=_severities(city, method, language),
        facts=_edition_facts(edition, method, language),
        files=_files(language),
        attribution=city.about.licence.attribution,
        licence=(city.about.licence.name, city.about.licence.url),
    )


def summarise(edition: Edition, city: City, method: Method, language: Language) -> tuple[str, ...]:
    """The day in three plain sentences, every number of which stands in the files."""
    facts = edition.facts
    incidents = language.text(
        _of_the_month() if facts.by_month else _of_the_day(),
        day=language.period(facts.day, by_month=facts.by_month),
        n=language.number(facts.incidents_on_day),
        towns=language.pick(city.about.town_words),
        city=language.pick(city.about.name),
        usual=language.number(facts.incidents_usual, 1 if facts.incidents_usual < MANY else 0),
    )
    score = language.text(
        "%(city)s as a whole scores %(score)s, where 100 means no harm and %(usual)s a usual day"
        "%(change)s.",
        city=language.pick(city.about.name),
        score=language.score(facts.city_score),
        usual=language.number(100 * method.scale_base.value),
        change=_city_change(facts.city_change_1d, language),
    )
    towns = language.text(
        "Of its %(n)s %(towns)s, %(levels)s.",
        n=len(edition.ranking),
        towns=language.pick(city.about.town_words),
        levels=language.listing(_level_counts(edition, method, language)),
    )
    return incidents, score, towns


def _of_the_day() -> str:
    return mark(
        "On %(day)s the records hold %(n)s counted incidents in the %(towns)s of %(city)s; "
        "%(usual)s are usual for a day."
    )


def _of_the_month() -> str:
    return mark(
        "In %(day)s the records hold %(n)s counted incidents in the %(towns)s of %(city)s; "
        "%(usual)s are usual for a month of this length. They tell no more than the month."
    )


def _city_change(change: float | None, language: Language) -> str:
    """How the city's score moved since the day before; nothing where there is none."""
    if change is None:
        return ""
    if change == 0:
        return language.text("; that is the same as the day before")
    return language.text("; that is %(change)s on the day before", change=language.change(change))


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
        for level in _levels(edition, method, language)
        if level.n_towns
    ]
    unrated = int(edition.ranking["score"].isna().sum())
    if unrated:
        counts.append(language.count_text("%(n)s is not rated", "%(n)s are not rated", unrated))
    return counts


def _levels(edition: Edition, method: Method, language: Language) -> tuple[LevelView, ...]:
    held = edition.ranking["level"].value_counts()
    uppers = [100.0, *method.levels.cuts]
    return tuple(
        LevelView(
            number=level.number,
            word=language.pick(level.word),
            glyph=level.glyph,
            residents=language.pick(level.residents),
            officials=language.pick(level.officials),
            scores=_score_range(level, upper, language),
            n_towns=int(held.get(level.number, 0)),
        )
        for level, upper in zip(method.levels.level, uppers, strict=True)
    )


def _score_range(level: Level, upper: float, language: Language) -> str:
    if level.from_score == 0:
        return language.text("below %(upper)s", upper=f"{upper:g}")
    if level.number == 1:
        return language.text("%(lower)s and above", lower=f"{level.from_score:g}")
    return language.text(
        "%(lower)s to below %(upper)s", lower=f"{level.from_score:g}", upper=f"{upper:g}"
    )


def _rows(
    edition: Edition, city: City, levels: tuple[LevelView, ...], language: Language
) -> tuple[TownRow, ...]:
    pillar_scores = {
        town_id: tuple(_score_or_dash(score, language) for score in group["score"])
        for town_id, group in edition.pillars.groupby("town_id", sort=False)
    }
    return tuple(
        _row(row, edition, city, levels, pillar_scores[row["town_id"]], language)
        for row in edition.ranking.to_dict("records")
    )


def _row(
    row: dict[Hashable, Any],
    edition: Edition,
    city: City,
    levels: tuple[LevelView, ...],
    pillars: tuple[str, ...],
    language: Language,
) -> TownRow:
    rated = not pd.isna(row["score"])
    district = str(row["district"])
    if language.code == "zh":
        district = city.about.district_names_zh.get(district, district)
    low, score, high = (float(row[key]) for key in ("score_low", "score", "score_high"))
    return TownRow(
        town_id=str(row["town_id"]),
        name=str(row["town_name_zh" if language.code == "zh" else "town_name"]),
        district=district,
        rank=str(row["rank"]) if rated else "",
        rank_range=f"{row['rank_low']}–{row['rank_high']}" if rated else "",
        score=language.score(score) if rated else "",
        interval=f"{language.score(low)}–{language.score(high)}" if rated else "",
        drawn=(_x(low), _x(score), _x(high)) if rated else None,
        level=levels[int(row["level"]) - 1] if rated else None,
        changes=tuple(
            language.change(float(row[key]))
            for key in ("change_1d", "change_7d")
            if not edition.facts.by_month
        ),
        pillars=pillars,
    )


def _score_or_dash(score: float, language: Language) -> str:
    return "–" if pd.isna(score) else language.score(score)


def _x(score: float) -> str:
    """Place of a score in the drawing."""
    share = (min(max(score, SCALE_FROM), SCALE_TO) - SCALE_FROM) / (SCALE_TO - SCALE_FROM)
    return f"{4 + share * (DRAWN_WIDTH - 8):.1f}"


def _not_rated_rule(edition: Edition, method: Method, language: Language) -> str:
    if not edition.ranking["score"].isna().any():
        return ""
    return language.text(
        "Not rated: so few people live there that fewer than %(least)s incidents would be expected "
        "at the usual rate; a rank would tell chance, not safety.",
        least=language.number(method.uncertainty.least_expected_events.value),
    )


def _how_to_read(edition: Edition, method: Method, language: Language) -> tuple[str, ...]:
    base = method.scale_base.value
    first, last = edition.facts.base_period
    sentences = (
        language.text(
            "The score compares the harm per resident with a usual day of the city "
            "(%(first)s to %(last)s). 100 means none, %(usual)s a usual day, "
            "%(twice)s twice the usual.",
            first=language.short_date(first),
            last=language.short_date(last),
            usual=language.number(100 * base),
            twice=language.number(100 * base**2),
        ),
        language.text(
            "It looks back %(window)s days, and what lies %(half_life)s days back counts half. "
            "It is not the number of yesterday's incidents: a single day says almost nothing "
            "about a place.",
            window=language.number(edition.facts.window_days),
            half_life=language.number(method.window.half_life_days.value),
        ),
        language.text(
            "The interval holds the true score in %(share)s of 100 cases; the rank range "
            "holds the true rank in %(ranks)s of 100. Places whose ranges overlap widely cannot "
            "be told apart.",
            share=language.number(100 * method.uncertainty.interval.value),
            ranks=language.number(
                100 * (method.uncertainty.rank_high.value - method.uncertainty.rank_low.value)
            ),
        ),
        language.text(
            "Harm is counted per resident. Where many people work, shop or travel but few live, "
            "the score is lower than their visitors' risk."
        ),
        language.text(
            "Changes compare this score with that of the day before and a week before, "
            "both computed from the same records."
        ),
    )
    return sentences[:-1] if edition.facts.by_month else sentences  # which tell no changes


def _severities(
    city: City, method: Method, language: Language
) -> tuple[tuple[str, str, str, str], ...]:
    return tuple(
        (
            language.pick(method.pillars[pillar]),
            language.pick(method.categories[code].name),
            f"{method.categories[code].severity.value:g}",
            language.text(method.categories[code].severity.status),
        )
        for pillar, part in city.calibration.pillars.items()
        for code in part.usual_per_100k_day
    )


def _edition_facts(
    edition: Edition, method: Method, language: Language
) -> tuple[tuple[str, str], ...]:
    facts = edition.facts
    return (
        (language.text("Date of data"), language.short_date(facts.day)),
        (
            language.text("Records known"),
            language.text(
                "%(first)s to %(last)s",
                first=language.short_date(facts.data_first_day),
                last=language.short_date(facts.data_last_day),
            ),
        ),
        (
            language.text("Edition"),
            language.text(
                "%(name)s, as of delivery %(batch)s", name=edition.name, batch=facts.as_of_batch
            ),
        ),
        (
            language.text("Method"),
            f"{language.pick(method.name)} {facts.method_version} ({facts.method_sha256[:12]})",
        ),
        (language.text("Made with"), f"Safety Index {facts.code_version}"),
    )


def _files(language: Language) -> tuple[tuple[str, str], ...]:
    return (
        ("../ranking.csv", language.text("ranking for machines (CSV)")),
        ("../ranking.excel.csv", language.text("ranking for spreadsheets (CSV)")),
        ("../ranking.json", language.text("ranking (JSON)")),
        ("../components.csv", language.text("points lost by category (CSV)")),
        ("../edition.json", language.text("what this edition was made from (JSON)")),
        ("../SHA256SUMS", language.text("checksums")),
    )
