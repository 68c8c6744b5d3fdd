"""Sentences on the records behind an edition, for the page of the day."""

from pipeline.editions.edition import Edition
from reports.words.language import Language


def not_located_sentence(edition: Edition, language: Language) -> str:
    """The row below the ranking: incidents that belong to no town."""
    days = edition.quality.days
    counted = sum(day.in_towns + day.outside + day.not_located for day in days)
    lost = sum(day.not_located for day in days)
    outside = sum(day.outside for day in days)
    return language.text(
        "Not located: %(lost)s of %(all)s counted incidents of the last %(days)s days "
        "(%(share)s %%). Outside the area: %(outside)s.",
        lost=language.number(lost),
        all=language.number(counted),
        days=_days_told(edition),
        share=language.number(100 * lost / counted if counted else 0, 1),
        outside=language.number(outside),
    )


def _days_told(edition: Edition) -> int:
    """Over how many days the sentences add up: all of a month where the records tell only that."""
    if edition.facts.by_month:
        return edition.facts.day.day
    return len({day.day for day in edition.quality.days})


def quality_sentence(edition: Edition, language: Language) -> str:
    """What became of the rows of all deliveries, and of the last days' records."""
    batches = edition.quality.batches
    total = {
        name: sum(getattr(quality.batch, name) for quality in batches)
        for name in ("rows_read", "rows_accepted", "rows_duplicate", "rows_rejected")
    }
    withdrawn = sum(quality.batch.incidents_withdrawn for quality in batches)
    days = edition.quality.days
    sentence = language.count_text(
        "%(read)s rows read in one delivery: %(accepted)s accepted, %(duplicate)s repeated, "
        "%(rejected)s rejected; %(withdrawn)s incidents withdrawn later.",
        "%(read)s rows read in %(n)s deliveries: %(accepted)s accepted, %(duplicate)s repeated, "
        "%(rejected)s rejected; %(withdrawn)s incidents withdrawn later.",
        len(batches),
        read=language.number(total["rows_read"]),
        accepted=language.number(total["rows_accepted"]),
        duplicate=language.number(total["rows_duplicate"]),
        rejected=language.number(total["rows_rejected"]),
        withdrawn=language.number(withdrawn),
    )
    uncounted = language.text(
        "In the last %(days)s days %(not_counted)s records were of kinds that do not count "
        "and %(unmapped)s of unknown kinds.",
        days=_days_told(edition),
        not_counted=language.number(sum(day.not_counted for day in days)),
        unmapped=language.number(sum(day.unmapped for day in days)),
    )
    sentences = [sentence, uncounted]
    not_valid = sum(day.not_valid for day in days)
    if not_valid:
        sentences.append(
            language.text("%(n)s were repeated or invalid calls.", n=language.number(not_valid))
        )
    return (" " if language.code == "en" else "").join(sentences)
