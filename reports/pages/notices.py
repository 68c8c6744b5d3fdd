"""What a city wants said on every page, as that its records are synthetic."""

from pipeline.city import City
from reports.words.language import Language


def notices(city: City, *languages: Language) -> tuple[str, ...]:
    """The city's notice in each of the languages; nothing where it has none."""
    if city.about.notice is None:
        return ()
    return tuple(language.pick(city.about.notice) for language in languages)
