"""The public page of a month, a half month or any longer period."""

from collections.abc import Iterator
from dataclasses import dataclass

from indices.method import Method
from indices.periods import parse_period
from pipeline.city import City
from pipeline.editions.edition import Edition
from pipeline.editions.headline_guard import LEAST_TOLD, PUBLIC_KINDS, ROUNDED_TO, public_headline
from reports.pages.about import edition_facts, edition_files
from reports.pages.headline import HeadlineTable, headline_table, legend
from reports.pages.narrative import (
    Parts,
    Ref,
    Subject,
    headline_row,
    level_text,
    paragraph,
    plain,
)
from reports.pages.notices import notices
from reports.pages.rows import (
    CHANGE_HEADS,
    DistrictRow,
    LevelView,
    TownRow,
    changes_shown,
    district_rows,
    level_views,
    town_rows,
)
from reports.pages.sentences import quality_sentence
from reports.pages.templates import render
from reports.pages.words_of import MethodWords, method_words
from reports.report_files import report_files
from reports.words.language import Language
from reports.words.periods import facts_period

__all__ = ["printed_cells", "render_report", "report_files", "view_report"]


@dataclass(frozen=True)
class Section:
    """The city or a district: its paragraph and its headline table."""

    scope_id: str
    name: str
    words: Parts
    headline: HeadlineTable | None

    @property
    def text(self) -> str:
        """The paragraph as it is printed."""
        return plain(self.words)


@dataclass(frozen=True)
class ReportPage:
    """Everything that `report.html.j2` shows."""

    title: str
    period: str
    notices: tuple[str, ...]
    city: Section
    districts: tuple[Section, ...]
    rows: tuple[DistrictRow, ...]  # of the table of districts, the city last
    towns: tuple[TownRow, ...]
    town_word: str
    town_words: str
    change_heads: tuple[str, ...]
    has_intervals: bool  # of districts
    has_steps: bool
    legend: str
    about_counts: str
    not_rated_rule: str
    not_located: str
    quality: str
    deviations: tuple[str, ...]
    how_to_read: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    files: tuple[tuple[str, str], ...]
    attribution: str
    licence: tuple[str, str]


def render_report(edition: Edition, *, city: City, method: Method, language: Language) -> str:
    """The page of an edition in one language."""
    page = view_report(edition, city, method, language)
    return render("report.html.j2", language=language, levels=method.levels, page=page)


def view_report(edition: Edition, city: City, method: Method, language: Language) -> ReportPage:
    """Turn the numbers of an edition into texts."""
    levels = level_views(edition, method, language)
    words = method_words(edition, city, method, language)
    rows = (*district_rows(edition, city, levels, language), _city_row(edition, city, language))
    towns = town_rows(edition, city, method, levels, language)
    sections = _sections(edition, rows, towns, levels, language)
    return ReportPage(
        title=language.text("%(city)s Safety Index", city=language.pick(city.about.name)),
        period=facts_period(edition.facts, language),
        notices=notices(city, language),
        city=sections[-1],
        districts=tuple(sections[:-1]),
        rows=rows,
        towns=towns,
        town_word=language.pick(city.about.town_word),
        town_words=language.pick(city.about.town_words),
        change_heads=tuple(language.text(CHANGE_HEADS[name]) for name in changes_shown(edition)),
        has_intervals=any(row.interval for row in rows),
        has_steps=any(town.step for town in towns),
        legend=legend(language),
        about_counts=_about_counts(edition, language),
        not_rated_rule=words.not_rated_rule,
        not_located=_not_located(edition, language),
        quality=quality_sentence(edition, language),
        deviations=words.deviations,
        how_to_read=_how_to_read(words, language),
        facts=edition_facts(edition, method, language),
        files=edition_files(edition, language),
        attribution=city.about.licence.attribution,
        licence=(city.about.licence.name, city.about.licence.url),
    )


def printed_cells(page: ReportPage) -> dict[Ref, str]:
    """Every cell of the page's tables that a paragraph may quote."""
    keys = [section.scope_id for section in (*page.districts, page.city)]
    cells = dict(_district_cells(page.rows, keys))
    for town in page.towns:
        cells[Ref("towns", town.town_id, "name")] = town.name
        cells[Ref("towns", town.town_id, "step")] = town.step
    for section in (page.city, *page.districts):
        for row in section.headline.rows if section.headline else ():
            key = headline_row(section.scope_id, row.code)
            cells[Ref("headline", key, "name")] = row.name
            cells |= {Ref("headline", key, cell.comparison): cell.text for cell in row.cells}
    return cells


def _district_cells(rows: tuple[DistrictRow, ...], keys: list[str]) -> Iterator[tuple[Ref, str]]:
    for key, row in zip(keys, rows, strict=True):
        changes = dict(zip(("change_previous", "change_year"), row.changes, strict=True))
        texts = {"name": row.name, "score": row.score, "rank": row.rank, "level": level_text(row)}
        for column, text in (texts | changes).items():
            yield Ref("districts", key, column), text


def _city_row(edition: Edition, city: City, language: Language) -> DistrictRow:
    """The city as the last line of the table of districts."""
    facts, decimals = edition.facts, max(edition.facts.decimals, 1)
    score = facts.city_score
    return DistrictRow(
        name=language.pick(city.about.name),
        n_towns=language.number(len(edition.ranking)),
        rank="",
        score="–" if score is None else language.score(score, decimals),
        interval="",
        level=None,
        changes=tuple(
            language.change(change, decimals)
            for change in (facts.city_change_previous, facts.city_change_year)
        ),
    )


def _sections(
    edition: Edition,
    rows: tuple[DistrictRow, ...],
    towns: tuple[TownRow, ...],
    levels: tuple[LevelView, ...],
    language: Language,
) -> list[Section]:
    """One for each district in the order of the table, then the city."""
    period = parse_period(edition.facts.period)
    headline = public_headline(edition.headline, period=period)
    has_counts = period.kind in PUBLIC_KINDS and not headline.empty
    keys = [*map(str, edition.districts["district"]), ""]
    sections = []
    for key, row in zip(keys, rows, strict=True):
        table = headline_table(
            headline,
            scope="district" if key else "city",
            scope_id=key,
            name=row.name,
            language=language,
        )
        subject = Subject(
            scope_id=key,
            row=row,
            headline=table if has_counts else None,
            towns=[town for town in towns if not key or town.district == row.name],
            worst_level=levels[-1].number if levels else None,
        )
        sections.append(Section(key, row.name, paragraph(subject, language), subject.headline))
    return sections


def _about_counts(edition: Edition, language: Language) -> str:
    """What was done to the counts before they were published."""
    if parse_period(edition.facts.period).kind not in PUBLIC_KINDS:
        return language.text(
            "Counts are published of months and half months alone: beside them, those of other "
            "periods would tell small numbers by subtraction."
        )
    return language.text(
        "Counts are rounded to the nearest %(unit)s and withheld where that gives less than "
        "%(least)s, so that nobody can be found by them. The city's are the sums of the "
        "districts' rounded ones; percents are computed from them.",
        unit=ROUNDED_TO,
        least=LEAST_TOLD,
    )


def _not_located(edition: Edition, language: Language) -> str:
    """Incidents that belong to no town, as shares: beside the total, districts could be found."""
    days = edition.quality.days
    lost, outside = sum(day.not_located for day in days), sum(day.outside for day in days)
    counted = sum(day.in_towns for day in days) + lost + outside
    lost_share, outside_share = (100 * n / counted if counted else 0.0 for n in (lost, outside))
    return language.text(
        "Not located: %(lost)s %% of the period's incidents. Outside the area: %(outside)s %%.",
        lost=language.number(lost_share, 1),
        outside=language.number(outside_share, 1),
    )


def _how_to_read(words: MethodWords, language: Language) -> tuple[str, ...]:
    return (
        *words.how_to_read,
        language.text(
            "More or fewer, beyond chance, is said where the interval of the ratio of both "
            "counts, day by day, leaves out 1. Where nothing has changed, about one comparison in "
            "twenty is so by chance alone."
        ),
    )
