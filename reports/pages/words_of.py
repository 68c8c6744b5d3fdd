"""Which words a page uses: those of the method's kind."""

from dataclasses import dataclass

from indices.composite.method import CompositeMethod
from indices.method import Method, StandardMethod
from pipeline.city import City
from pipeline.editions.edition import Edition
from reports.pages import composite_words, standard_words
from reports.words.language import Language


@dataclass(frozen=True)
class MethodWords:
    """Everything on an edition's page that depends on how its scores were made."""

    pillars: tuple[tuple[str, str], ...]  # code and name
    score_scale: str
    not_rated_rule: str
    how_to_read: tuple[str, ...]
    what_counts: tuple[tuple[str, str, str, str], ...]
    what_counts_caption: str
    deviations: tuple[str, ...]


def method_words(edition: Edition, city: City, method: Method, language: Language) -> MethodWords:
    """The words for one edition."""
    if isinstance(method, StandardMethod):
        return MethodWords(
            pillars=tuple(
                (code, language.pick(method.pillars[code])) for code in city.calibration.pillars
            ),
            score_scale=standard_words.score_scale(edition, method, language),
            not_rated_rule=standard_words.not_rated_rule(edition, method, language),
            how_to_read=standard_words.how_to_read(edition, method, language),
            what_counts=standard_words.what_counts(city, method, language),
            what_counts_caption=standard_words.what_counts_caption(language),
            deviations=(),
        )
    assert isinstance(method, CompositeMethod)
    return MethodWords(
        pillars=tuple(
            (code, language.pick(pillar.name)) for code, pillar in method.pillars.items()
        ),
        score_scale=composite_words.score_scale(edition, method, language),
        not_rated_rule=composite_words.not_rated_rule(edition, method, language),
        how_to_read=composite_words.how_to_read(edition, method, language),
        what_counts=composite_words.what_counts(city, method, language),
        what_counts_caption=composite_words.what_counts_caption(language),
        deviations=composite_words.deviation_sentences(edition, method, language),
    )
