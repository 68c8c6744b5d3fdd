"""The texts of `city.toml`, `method.toml` and `README.md` of a new city folder."""

from collections.abc import Sequence

from pipeline.methods import find_standard, read_vocabulary
from pipeline.sources.text import visible
from pipeline.survey.doubts import NumberedDoubt
from pipeline.survey.found import FoundSource, Survey
from pipeline.survey.writing.toml_text import DoubtNotes, comment, toml

NEXT = """
## Next

1. Decide the doubts; fill in `towns.csv` and `categories.csv`.
2. `safety-index check FILE --source SOURCE --city DIR` says what is missing, by count.
3. `safety-index run --city DIR --records FOLDER`, or put the files into `records/`.

## Before you publish

State in `city.toml` under what licence the records are, and here where the populations come from
and what is odd about the records.
"""
REASON = "all pillars weigh the same until somebody decides"
BASE_REASON = "the days that the sample covers, whole years where there are any"


def city_file(survey: Survey, notes: DoubtNotes, *, city_id: str, name: str, timezone: str) -> str:
    """`city.toml`: names, time zone, licence."""
    one, many, chinese = survey.town_word
    lines = [
        "# What the city is called. Every text has an English and a Chinese version.",
        f"id = {toml(city_id)}",
        f"name = {toml({'en': name, 'zh': name})}",
        f"town_word = {toml({'en': one, 'zh': chinese})}",
        f"town_words = {toml({'en': many, 'zh': chinese})}",
        "# Its civil day decides on which day an incident counts.",
        *notes.about("timezone"),
        f"timezone = {toml(timezone)}",
        "# Of the page that a visitor sees first:",
        f"language = {toml('zh' if survey.is_chinese else 'en')}",
        'records = "records"  # where deliveries are looked for, unless --records says otherwise',
        "",
        "[licence]",
        "# Under what terms the records may be published: to be filled in before a page is public.",
        'name = "not stated"',
        'url = ""',
        'attribution = "not stated"',
        "",
        "[district_names_zh]",
    ]
    districts = sorted({town.district for town in survey.towns if town.district})
    lines += [f'# {toml(district)} = ""' for district in districts if not survey.is_chinese]
    return "\n".join(lines) + "\n"


def method_file(survey: Survey, notes: DoubtNotes, *, method: str) -> str:
    """`method.toml`: all pillars of the method; usual rates are measured later."""
    lines = [
        f"# The city's part of the {method} method. What is usual is measured at the first run and",
        "# kept in usual.toml; remove that file after a change of categories.csv.",
        f"method = {toml(method)}",
        "",
        "[base_period]  # the days on which usual is measured",
    ]
    base = survey.base_period
    dates = [f"first = {base[0]}", f"last = {base[1]}"] if base else ["# first = ", "# last = "]
    lines += [*dates, 'status = "assumed"', f"reason = {toml(BASE_REASON)}", ""]
    lines += [*notes.about("[pillars]")]
    lines += comment(
        "Pillars that no line of categories.csv needs are left out of the score. "
        f"Categories and pillars: safety-index methods show {method}"
    )
    weight = toml({"value": 1.0, "status": "assumed", "reason": REASON})
    for pillar in find_standard(method).method.pillars:
        lines += [f"[pillars.{pillar}]", f"weight = {weight}", ""]
    return "\n".join(lines).rstrip() + "\n"


def readme(survey: Survey, doubts: Sequence[NumberedDoubt], *, name: str, method: str) -> str:
    """What was found, what is open, between what to choose, what to do next."""
    lines = [f"# {visible(name)}", "", "Made by `safety-index init` from a sample of records.", ""]
    for source in survey.sources:
        lines += [*_source_lines(source), ""]
    lines += ["## Doubts", ""]
    for numbered in doubts:
        doubt = numbered.doubt
        lines.append(
            f"{numbered.number}. `{doubt.file}`, {_code(doubt.key)}: {visible(doubt.seen)}."
        )
        lines += [f"   - {visible(choice)}" for choice in doubt.choices]
    lines += [*([] if doubts else ["None."]), "", *_category_lines(method), NEXT]
    return "\n".join(lines)


def _category_lines(method: str) -> list[str]:
    """The categories that categories.csv may name, by pillar."""
    categories, kinds = find_standard(method).method.categories, read_vocabulary().kinds
    by_pillar: dict[str, list[str]] = {}
    for code, category in categories.items():
        by_pillar.setdefault(category.pillar, []).append(f"`{code}` ({kinds[code].name.en})")
    lines = [f"- {pillar}: {', '.join(names)}" for pillar, names in by_pillar.items()]
    return ["## Categories of the method", "", *lines]


def _source_lines(source: FoundSource) -> list[str]:
    """Files and the meaning of columns."""
    pairs = (
        ("Time", source.occurred and [source.occurred.column]),
        ("Reported", source.reported and [source.reported.column]),
        ("Category", source.category),
        ("Category at reception", source.received),
        ("Place", source.place or source.position),
        ("Identity", source.identity.columns),
        ("Left out, may point at a person", source.personal),
        ("Left out, not needed", source.unused),
    )
    return [
        f"## Source `{source.id}`",
        "",
        f"- Files: {', '.join(map(_code, source.names))} ({source.n_rows:,} rows)",
        *(f"- {what}: {', '.join(map(_code, columns))}" for what, columns in pairs if columns),
    ]


def _code(text: str) -> str:
    """A name between marks of code."""
    return f"`{visible(text).replace('`', chr(39))}`"
