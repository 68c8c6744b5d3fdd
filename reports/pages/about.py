"""The lines at the foot of a page: what the edition rests on."""

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
