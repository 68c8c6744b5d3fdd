"""The foot of a page: what the edition rests on, and what lies beside it."""

from indices.method import Method
from pipeline.editions.edition import Edition
from reports.words.language import Language
from reports.words.periods import facts_period


def edition_facts(
    edition: Edition, method: Method, language: Language
) -> tuple[tuple[str, str], ...]:
    """Name and value of each line."""
    facts = edition.facts
    return (
        (
            language.text("Date of data"),
            language.short_date(facts.day)
            if facts.period_kind == "day"
            else facts_period(facts, language),
        ),
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


def edition_files(edition: Edition, language: Language) -> tuple[tuple[str, str], ...]:
    """Addresses and names of what lies beside the page."""
    more = (
        (("sensitivity.html", language.text("How far ranks rest on choices")),)
        if not edition.sensitivity.empty
        else ()
    )
    return (
        ("method.html", language.text("How a score is made")),
        *more,
        ("../ranking.csv", language.text("ranking for machines (CSV)")),
        ("../ranking.excel.csv", language.text("ranking for spreadsheets (CSV)")),
        ("../ranking.json", language.text("ranking (JSON)")),
        ("../components.csv", language.text("points lost by category (CSV)")),
        ("../districts.csv", language.text("districts (CSV)")),
        (
            "../headline.csv",
            language.text("headline categories and what they are compared with (CSV)"),
        ),
        ("../edition.json", language.text("what this edition was made from (JSON)")),
        ("../SHA256SUMS", language.text("checksums")),
    )
