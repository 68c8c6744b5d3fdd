"""What a composite method counts: its indicators, their kinds of incidents and what these weigh."""

from collections.abc import Iterator

from indices.composite.method import CompositeMethod, Indicator
from pipeline.methods import read_vocabulary
from reports.pages.method_view import Cell, Marker, Notes, Step, Table
from reports.words.language import Language, mark

ONLY = {
    "all": mark("all"),
    "fatal": mark("only those in which somebody died"),
    "not_fatal": mark("only those in which nobody died"),
}
DIRECTIONS = {"better": mark("higher is better"), "worse": mark("higher is worse")}


def counted_step(method: CompositeMethod, marker: Marker) -> Step:
    """What belongs to each indicator."""
    text = marker.language.text
    return Step(
        text("What is counted"),
        (),
        (
            _indicator_table(method, marker),
            *_severity_tables(method, marker),
            *_group_tables(method, marker.language),
        ),
    )


def _indicator_table(method: CompositeMethod, marker: Marker) -> Table:
    """Each indicator with what it is made of, and where that is known from."""
    language, notes = marker.language, Notes(marker)
    rows = tuple(
        (
            Cell(language.pick(method.pillars[pillar].name)),
            Cell(language.pick(indicator.name)),
            notes.cell(_content(indicator, language), indicator.external or indicator.note),
        )
        for pillar, _, indicator in method.indicators
    )
    for _, _, indicator in method.indicators:
        if indicator.external is not None:
            notes.cell("", indicator.note)
    heads = (language.text("Pillar"), language.text("Indicator"), language.text("Made of"))
    return Table(language.text("Indicators"), heads, rows, tuple(notes.marks))


def _content(indicator: Indicator, language: Language) -> str:
    """The kinds of incidents of an indicator, or what its external value is."""
    if indicator.external is not None:
        return language.text(
            "A value that no incident tells, in %(unit)s; %(direction)s; valid for %(days)s days "
            "after its period, then missing.",
            unit=language.pick(indicator.external.unit),
            direction=language.text(DIRECTIONS[indicator.external.higher_is]),
            days=indicator.external.valid_for_days,
        )
    names = read_vocabulary()
    listed = language.listing(language.pick(names.name(code)) for code in indicator.counts)
    if indicator.only == "all":
        return listed
    return language.text(
        "%(kinds)s: %(only)s", kinds=listed, only=language.text(ONLY[indicator.only])
    )


def _severity_tables(method: CompositeMethod, marker: Marker) -> Iterator[Table]:
    """What the kinds of an indicator weigh, where they do not weigh the same."""
    language, names = marker.language, read_vocabulary()
    for _, _, indicator in method.indicators:
        if indicator.severities is not None:
            notes = Notes(marker)
            yield Table(
                caption=language.text(
                    "What one incident weighs: %(name)s", name=language.pick(indicator.name)
                ),
                heads=(language.text("Kind of incident"), language.text("Weight")),
                rows=tuple(
                    (
                        Cell(language.pick(names.name(kind))),
                        notes.cell(f"{weight:g}", indicator.severities, number=True),
                    )
                    for kind, weight in indicator.severities.values.items()
                ),
                notes=tuple(notes.marks),
            )


def _group_tables(method: CompositeMethod, language: Language) -> Iterator[Table]:
    """The kinds that each group stands for."""
    names = read_vocabulary()
    codes = dict.fromkeys(code for _, _, i in method.indicators for code in i.counts)
    groups = [code for code in codes if code in names.groups]
    if groups:
        yield Table(
            caption=language.text("Groups of incidents"),
            heads=(language.text("Group"), language.text("Kinds in it")),
            rows=tuple(
                (
                    Cell(language.pick(names.name(code))),
                    Cell(
                        language.listing(
                            language.pick(names.name(kind)) for kind in names.members(code)
                        )
                    ),
                )
                for code in groups
            ),
        )
