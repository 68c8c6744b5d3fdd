"""The internal page on the quality of the records."""

from dataclasses import dataclass

from pipeline.city import City
from pipeline.editions.edition import Edition
from pipeline.quality import Quality
from reports.pages.notices import notices
from reports.pages.templates import render
from reports.words.language import Language, mark
from reports.words.periods import facts_period

LISTED_DAYS = 14  # of each report; the warehouse has all
REASONS = (  # the closed list of reason codes, for the catalogues
    mark("missing_time"),
    mark("unreadable_time"),
    mark("implausible_time"),
    mark("time_in_future"),
    mark("missing_identity"),
    mark("identity_conflict"),
    mark("too_few_fields"),
    mark("too_many_fields"),
    mark("unclosed_quote"),
    mark("bad_encoding"),
    mark("line_too_long"),
    mark("unreadable_line"),
    mark("no_object"),
    mark("negative_number"),
    mark("unreadable_number"),
    mark("duplicate"),
)


@dataclass(frozen=True)
class Table:
    """A table as it is shown; numbers are texts already."""

    title: str
    note: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    n_texts: int  # so many columns from the left hold texts, the others numbers


@dataclass(frozen=True)
class QualityPage:
    """Everything that `quality.html.j2` shows."""

    title: str
    day: str
    edition: str
    notices: tuple[str, ...]
    tables: tuple[Table, ...]


def render_quality(edition: Edition, *, city: City, language: Language) -> str:
    """The quality page of an edition in one language."""
    page = QualityPage(
        title=language.text("%(city)s Safety Index", city=language.pick(city.about.name)),
        day=facts_period(edition.facts, language),
        edition=edition.name,
        notices=notices(city, language),
        tables=quality_tables(edition.quality, language),
    )
    return render("quality.html.j2", language=language, page=page)


def quality_tables(quality: Quality, language: Language) -> tuple[Table, ...]:
    """The same tables for the page and the terminal."""
    return (
        _batches(quality, language),
        _days(quality, language),
        _reasons(quality, language),
        _values(
            language.text("Places that no table names"),
            language.text("Add them to places.csv, or they stay not located."),
            quality.unmatched_places,
            language,
        ),
        _values(
            language.text("Categories that no table names"),
            language.text("Add them to categories.csv, or they stay unmapped."),
            quality.unmapped_categories,
            language,
        ),
        _set_aside(quality, language),
    )


def _batches(quality: Quality, language: Language) -> Table:
    rows = []
    for delivery in quality.batches:
        batch = delivery.batch
        numbers = (
            batch.rows_read,
            batch.rows_accepted,
            batch.rows_duplicate,
            batch.rows_rejected,
            batch.incidents_new,
            batch.incidents_changed,
            batch.incidents_unchanged,
            batch.incidents_withdrawn,
        )
        names = language.listing(file.file_name for file in delivery.files)
        rows.append((str(batch.batch_id), batch.source_id, names, *map(language.number, numbers)))
    return Table(
        language.text("Deliveries"),
        language.text("Rows read = accepted + duplicate + rejected."),
        tuple(
            map(
                language.text,
                (
                    mark("Delivery"),
                    mark("Source"),
                    mark("Files"),
                    mark("Rows read"),
                    mark("Accepted"),
                    mark("Duplicate"),
                    mark("Rejected"),
                    mark("New"),
                    mark("Changed"),
                    mark("Unchanged"),
                    mark("Withdrawn"),
                ),
            )
        ),
        tuple(rows),
        n_texts=3,
    )


def _days(quality: Quality, language: Language) -> Table:
    rows = [
        (
            day.day.isoformat(),
            day.source_id,
            *map(
                language.number,
                (
                    day.known,
                    day.in_towns,
                    day.outside,
                    day.not_located,
                    day.not_counted,
                    day.not_valid,
                    day.unmapped,
                ),
            ),
        )
        for day in reversed(quality.days[-LISTED_DAYS:])
    ]
    heads = (
        mark("Day"),
        mark("Source"),
        mark("Known"),
        mark("In towns"),
        mark("Outside"),
        mark("Not located"),
        mark("Not counted"),
        mark("Not valid"),
        mark("Unmapped"),
    )
    return Table(
        language.text("Days"),
        language.text(
            "Known = in towns + outside + not located + not counted + not valid + unmapped. "
            "Known are the incidents accepted and not withdrawn."
        ),
        tuple(map(language.text, heads)),
        tuple(rows),
        n_texts=2,
    )


def _reasons(quality: Quality, language: Language) -> Table:
    rows = [
        (str(delivery.batch.batch_id), language.text(reason), language.number(n))
        for delivery in quality.batches
        for reason, n in delivery.rejected.items()
    ]
    return Table(
        language.text("Rejected rows by reason"),
        "",
        tuple(map(language.text, (mark("Delivery"), mark("Reason"), mark("Rows")))),
        tuple(rows),
        n_texts=2,
    )


def _values(
    title: str, note: str, values: tuple[tuple[str, int], ...], language: Language
) -> Table:
    return Table(
        title,
        note,
        tuple(map(language.text, (mark("Value"), mark("Incidents")))),
        tuple((value or language.text("(blank)"), language.number(n)) for value, n in values),
        n_texts=1,
    )


def _set_aside(quality: Quality, language: Language) -> Table:
    rows = [
        (
            str(row.batch_id),
            str(row.file_number),
            str(row.row_number),
            language.text(row.reason_code),
            row.column,
            row.value,
        )
        for row in quality.set_aside
    ]
    return Table(
        language.text("Rows set aside"),
        language.text(
            "The first of them; the warehouse has all. Row 1 is the first after the header."
        ),
        tuple(
            map(
                language.text,
                (
                    mark("Delivery"),
                    mark("File"),
                    mark("Row"),
                    mark("Reason"),
                    mark("Column"),
                    mark("Value"),
                ),
            )
        ),
        tuple(rows),
        n_texts=6,
    )
