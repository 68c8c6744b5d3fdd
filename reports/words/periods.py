"""Periods as people write them: "April 2017", "1–15 April 2017", "2017年4月上半月"."""

from babel.dates import format_skeleton

from indices.periods import Period, PeriodKind, parse_period
from pipeline.editions.edition import Facts
from reports.words.language import Language, mark

TEXTS = {
    PeriodKind.WEEK: mark("Week %(week)s of %(year)s (%(span)s)"),
    PeriodKind.QUARTER: mark("Quarter %(quarter)s of %(year)s"),
    PeriodKind.HALF_YEAR: mark("Half %(half)s of %(year)s"),
}
TEN_DAYS_ZH = {1: "上旬", 11: "中旬", 21: "下旬"}
HALF_MONTH_ZH = {1: "上半月", 16: "下半月"}


def facts_period(facts: Facts, language: Language) -> str:
    """The period of an edition; the month where the records tell no more."""
    if facts.by_month and facts.period_kind == PeriodKind.DAY:
        return language.month(facts.day)
    return period_text(parse_period(facts.period), language)


def period_text(period: Period, language: Language) -> str:
    """A period in the language of the page."""
    if period.kind == PeriodKind.DAY:
        return language.long_date(period.last)
    if period.kind == PeriodKind.MONTH:
        return language.month(period.last)
    if period.kind == PeriodKind.YEAR:
        return str(format_skeleton("y", period.last, locale=language.locale))
    if period.kind in TEXTS:
        week = period.first.isocalendar()
        return language.text(
            TEXTS[period.kind],
            week=week.week,
            year=week.year if period.kind == PeriodKind.WEEK else period.last.year,
            span=span_text(period, language),
            quarter=(period.last.month + 2) // 3,
            half=1 if period.last.month <= 6 else 2,  # noqa: PLR2004
        )
    by_name = {PeriodKind.TEN_DAYS: TEN_DAYS_ZH, PeriodKind.HALF_MONTH: HALF_MONTH_ZH}
    if language.code == "zh" and period.kind in by_name:
        return language.month(period.last) + by_name[period.kind][period.first.day]
    return span_text(period, language)


def span_text(period: Period, language: Language) -> str:
    """From the first to the last day, saying month and year once where they are the same."""
    first, last = period.first, period.last
    if language.code == "zh":
        end = language.short_date(last)
        if first.year == last.year:
            end = f"{last.month}月{last.day}日" if first.month != last.month else f"{last.day}日"
        return f"{language.short_date(first)}至{end}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{language.short_date(last)}"
    if first.year == last.year:
        return f"{language.short_date(first).rsplit(' ', 1)[0]} – {language.short_date(last)}"
    return f"{language.short_date(first)} – {language.short_date(last)}"
