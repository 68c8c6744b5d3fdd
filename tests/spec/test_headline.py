"""The table of headline categories: what is told to whom, and in which words."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indices.comparison import compare_counts
from indices.periods import Period, PeriodKind
from pipeline.editions.headline_guard import public_headline, told_count, told_sum
from reports.pages.headline import headline_table, legend
from reports.words.language import LANGUAGES, language
from tests.spec.made_up_editions import headline_of

FIRST_HALF = Period(date(2025, 4, 1), date(2025, 4, 15), PeriodKind.HALF_MONTH)
SECOND_HALF = Period(date(2025, 4, 16), date(2025, 4, 30), PeriodKind.HALF_MONTH)
LATE_MARCH = Period(date(2025, 3, 16), date(2025, 3, 31), PeriodKind.HALF_MONTH)
APRIL = Period(date(2025, 4, 1), date(2025, 4, 30), PeriodKind.MONTH)
MARCH = Period(date(2025, 3, 1), date(2025, 3, 31), PeriodKind.MONTH)
LEAST_CHOICE = 5  # counts that a small one must stay one of
SMALL = 10
MOST_EXAMPLES = 100
Counts = list[int]


def districts(
    counts: Sequence[float], bases: Sequence[float], *, comparison: str = "previous"
) -> dict[tuple[str, str, str, str], tuple[float, float]]:
    """Cells of the city and of districts A, B, ... for all incidents."""
    rows = {("city", "", "all", comparison): (sum(counts), sum(bases))}
    for name, count, base in zip("ABCDEFGH", counts, bases, strict=False):
        rows["district", name, "all", comparison] = (count, base)
    return rows


def told(table: pd.DataFrame, column: str) -> dict[str, float]:
    """What is told of the city ("") and each district; NaN where it is withheld."""
    values = table[column].astype(float)
    return dict(zip(table["scope_id"], values, strict=True))


def possible(told_as: float) -> tuple[int, int]:
    """Lowest and highest count that a reader must think possible."""
    return (0, 12) if np.isnan(told_as) else (int(told_as) - 2, int(told_as) + 2)


def choices(part: float, rest: float, whole: float) -> int:
    """How many counts a part may have for one who knows all three as they were told."""
    (low, high), others, sums = possible(part), possible(rest), possible(whole)
    return min(high, sums[1] - others[0]) - max(low, sums[0] - others[1]) + 1


ROUNDED = [
    # count, told
    (0, None),
    (9, None),
    (12, None),
    (13, 15.0),
    (17, 15.0),
    (18, 20.0),
    (1234, 1235.0),
]


@pytest.mark.parametrize(("count", "expected"), ROUNDED)
def test_counts_are_rounded_to_the_nearest_five(count: int, expected: float | None) -> None:
    """A count is told as the nearest multiple of 5, from 15 on."""
    assert expected == (None if np.isnan(told := told_count(np.array([count]))[0]) else told)


def test_a_told_number_stands_for_five_counts_and_a_withheld_one_for_thirteen() -> None:
    """No number that is told says more than which five counts it may stand for."""
    told_as = pd.Series(told_count(np.arange(203))).fillna(-1)
    sizes = told_as.value_counts()
    assert sizes.pop(-1) == 13
    assert {5} == set(sizes)


def test_a_month_less_one_half_leaves_a_small_count_open() -> None:
    """Whatever the counts of both halves, one below 10 stays one of five at least."""
    one, other = np.meshgrid(np.arange(60), np.arange(100), indexing="ij")
    parts, rests, wholes = told_count(one), told_count(other), told_count(one + other)
    known = zip(one.ravel(), parts.ravel(), rests.ravel(), wholes.ravel(), strict=True)
    least = min(choices(*cells) for count, *cells in known if count < SMALL)
    assert least == LEAST_CHOICE


@settings(max_examples=MOST_EXAMPLES, deadline=None)
@given(
    first=st.lists(st.integers(0, 40), min_size=3, max_size=3),
    second=st.lists(st.integers(0, 40), min_size=3, max_size=3),
    before=st.lists(st.integers(0, 40), min_size=3, max_size=3),
)
def test_nobody_finds_a_small_count_by_subtraction(
    first: Counts, second: Counts, before: Counts
) -> None:
    """City, districts, both halves, the month and earlier editions leave five counts possible."""
    months = np.add(first, second).tolist()
    early = public_headline(
        headline_of(FIRST_HALF, {"previous": LATE_MARCH}, districts(first, before)),
        period=FIRST_HALF,
    )
    late = public_headline(
        headline_of(SECOND_HALF, {"previous": FIRST_HALF}, districts(second, first)),
        period=SECOND_HALF,
    )
    month = public_headline(
        headline_of(APRIL, {"previous": MARCH}, districts(months, before)), period=APRIL
    )
    halves, whole = [told(early, "count"), told(late, "count")], told(month, "count")
    # The base of the later half is the earlier half again: the same number, no second view of it.
    np.testing.assert_equal(halves[0], told(late, "base_count"))
    for counts, own, rest in ((first, *halves), (second, *halves[::-1])):
        for name, count in zip("ABC", counts, strict=True):
            assert count >= SMALL or choices(own[name], rest[name], whole[name]) >= LEAST_CHOICE


@settings(max_examples=MOST_EXAMPLES, deadline=None)
@given(counts=st.lists(st.integers(0, 400), min_size=1, max_size=8))
def test_the_city_tells_nothing_that_its_districts_do_not(counts: Counts) -> None:
    """The city's number is computed from those of the districts as they are told."""
    table = public_headline(
        headline_of(APRIL, {"previous": MARCH}, districts(counts, counts)), period=APRIL
    )
    numbers = told(table, "count")
    city = numbers.pop("")
    np.testing.assert_equal(city, told_sum(pd.Series(list(numbers.values()))))
    assert np.isnan(city) or abs(city - sum(counts)) <= 2 * len(counts) + 5 * sum(
        np.isnan(list(numbers.values()))
    )


def test_a_city_rounded_by_itself_would_give_a_district_away() -> None:
    """Why the city's number is a sum: rounded by itself, 116 leaves two counts for a third part."""
    rounded = told_count(np.array([58, 58, 58 + 58 + 0]))
    (low_a, _), (low_b, _), (_, city_high) = map(possible, rounded)
    assert city_high - low_a - low_b == 1


def test_a_city_is_withheld_where_stand_ins_make_up_more_than_a_tenth() -> None:
    """A sum of which much stands in would be made up."""
    sums = [told_sum(pd.Series(told)) for told in ([45.0, np.nan], [40.0, np.nan], [np.nan])]
    np.testing.assert_equal(sums, [50.0, np.nan, np.nan])


def test_a_city_without_districts_is_rounded_by_itself() -> None:
    """Where there are no districts, nothing can be subtracted from the city."""
    cells = {("city", "", "all", "previous"): (116, 40)}
    table = public_headline(headline_of(APRIL, {"previous": MARCH}, cells), period=APRIL)
    assert {"": 115.0} == told(table, "count")


def test_everything_else_follows_from_rounded_counts() -> None:
    """Percent, interval and direction are those of the numbers that are told."""
    table = public_headline(
        headline_of(APRIL, {"previous": MARCH}, districts([58, 201], [99, 202])), period=APRIL
    )
    change = compare_counts(
        [260, 60, 200], base_count=[300, 100, 200], exposure=30, base_exposure=31
    )
    expected = {
        "count": [260.0, 60.0, 200.0],
        "base_count": [290.322581, 96.774194, 193.548387],
        "percent": np.round(change.percent, 6).tolist(),
        "ratio_low": np.round(change.ratio_low, 6).tolist(),
        "ratio_high": np.round(change.ratio_high, 6).tolist(),
        "direction": ["no clear change", "down", "no clear change"],
        "obs_status": ["normal"] * 3,
    }
    assert expected == {name: table[name].tolist() for name in expected}


def test_a_withheld_row_tells_nothing_but_the_other_count() -> None:
    """Where a count or a base is withheld, there is no percent, interval or direction."""
    cells = districts([9, 60], [60, 9])
    table = public_headline(headline_of(APRIL, {"previous": MARCH}, cells), period=APRIL)
    own = table[table["scope"] == "district"]
    assert ["suppressed"] * 2 == own["obs_status"].tolist()
    assert [""] * 2 == own["direction"].tolist()
    assert own[["percent", "ratio_low", "ratio_high"]].isna().all(axis=None)
    np.testing.assert_equal(told(own, "count"), {"A": np.nan, "B": 60.0})
    np.testing.assert_equal(told(own, "base_count"), {"A": round(60 * 30 / 31, 6), "B": np.nan})


def test_towns_are_never_public() -> None:
    """Of the rows of towns none is left."""
    cells = districts([90], [80]) | {("town", "001", "all", "previous"): (90.0, 80.0)}
    table = public_headline(headline_of(APRIL, {"previous": MARCH}, cells), period=APRIL)
    assert ["city", "district"] == table["scope"].tolist()


YEARS = ("year_before", "two_years_before", "three_years_before")


def three_years(counts: Sequence[Sequence[int]], *, shown: Sequence[str]) -> pd.DataFrame:
    """The public table of one district with these counts in the three years before."""
    bases: dict[str, Period | None] = {
        name: Period(date(2024 - at, 4, 1), date(2024 - at, 4, 30), PeriodKind.MONTH)
        for at, name in enumerate(YEARS)
    }
    bases["three_years"] = None
    cells = districts([100], [sum(c[0] for c in counts) / 3], comparison="three_years")
    for name, base in zip(YEARS, counts, strict=True):
        if name in shown:
            cells |= districts([100], base, comparison=name)
    return public_headline(headline_of(APRIL, bases, cells), period=APRIL)


def test_the_mean_of_three_years_is_made_of_what_the_years_tell() -> None:
    """Its base is the sum of the years' own rounded counts, and its percent follows from it."""
    table = three_years([[88], [92], [103]], shown=YEARS)
    pooled = table[table["comparison"] == "three_years"]
    base = round((90 + 90 + 105) / 3, 6)
    assert {"": base, "A": base} == told(pooled, "base_count")
    assert [round(100 * (100 / base - 1), 6)] * 2 == pooled["percent"].tolist()


def test_without_its_years_the_mean_is_withheld() -> None:
    """A sum of three years beside two of them would tell the third."""
    table = three_years([[88], [92], [103]], shown=YEARS[:1])
    pooled = table[table["comparison"] == "three_years"]
    assert ["suppressed"] * 2 == pooled["obs_status"].tolist()


OTHER_PERIODS = [
    Period(date(2025, 4, 7), date(2025, 4, 13), PeriodKind.WEEK),
    Period(date(2025, 4, 1), date(2025, 6, 30), PeriodKind.QUARTER),
    Period(date(2025, 4, 1), date(2025, 4, 29), PeriodKind.RANGE),
    Period(date(2025, 4, 1), date(2025, 4, 1), PeriodKind.DAY),
]


@pytest.mark.parametrize("period", OTHER_PERIODS)
def test_counts_of_other_periods_are_withheld(period: Period) -> None:
    """Weeks beside months, or quarters beside their months, would tell small counts."""
    table = public_headline(
        headline_of(period, {"previous": MARCH}, districts([900], [800])), period=period
    )
    assert ["suppressed"] * 2 == table["obs_status"].tolist()
    assert table[["count", "base_count", "percent"]].isna().all(axis=None)


def test_missing_and_broken_bases_stay_what_they_are() -> None:
    """Why there is no comparison is said where the count itself is told."""
    frame = headline_of(APRIL, {"previous": MARCH}, districts([50, 60], [50, float("nan")]))
    frame.loc[frame["scope_id"] == "A", "obs_status"] = "break"
    table = public_headline(frame, period=APRIL)
    assert ["break", "missing"] == table["obs_status"].tolist()[1:]
    assert ["", ""] == table["direction"].tolist()[1:]


def shown_cells(headline: pd.DataFrame, code: str) -> list[str]:
    """The texts of the city's comparisons."""
    table = headline_table(
        headline, scope="city", scope_id="", name="Alder", language=language(code)
    )
    return [cell.text for row in table.rows for cell in row.cells]


STATUS_WORDS = [
    # status, English, Chinese
    ("missing", "no records", "无记录"),
    ("break", "series broken", "口径有变"),
    ("suppressed", "withheld", "不公布"),
    ("no rate", "– (+7)", "– (+7)"),
    ("normal", "−43.3\u00a0%", "−43.3%"),
]


@pytest.mark.parametrize(("status", "english", "chinese"), STATUS_WORDS)
def test_why_there_is_no_percent_is_said_in_words(status: str, english: str, chinese: str) -> None:
    """Each status has words; a base of zero gives the difference instead of a percent."""
    base = 0 if status == "no rate" else 30
    frame = headline_of(
        APRIL, {"previous": MARCH}, {("city", "", "all", "previous"): (7, base)}
    ).assign(obs_status=status, percent=-43.25)
    assert [[english], [chinese]] == [shown_cells(frame, code) for code in ("en", "zh")]


def test_directions_have_a_sign_and_words() -> None:
    """What rose, fell or did neither is told without colour, and to a screen reader."""
    frame = public_headline(
        headline_of(APRIL, {"previous": MARCH}, districts([400, 100, 100], [200, 300, 100])),
        period=APRIL,
    )
    tables = [
        headline_table(frame, scope="district", scope_id=name, name=name, language=language("en"))
        for name in "ABC"
    ]
    assert [
        ("↑", "more, beyond chance"),
        ("↓", "fewer, beyond chance"),
        ("≈", "no clear change"),
    ] == [(t.rows[0].cells[0].sign, t.rows[0].cells[0].sign_words) for t in tables]
    assert "↑ more, beyond chance · ↓ fewer, beyond chance · ≈ no clear change" == legend(
        language("en")
    )


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_moved_base_has_a_note_with_its_days(code: str) -> None:
    """Where the holiday moved the base, a note says which days are compared."""
    moved = Period(date(2024, 4, 3), date(2024, 5, 2), PeriodKind.RANGE)
    frame = headline_of(
        APRIL, {"year_before": moved}, districts([400], [200], comparison="year_before")
    )
    table = headline_table(frame, scope="city", scope_id="", name="Alder", language=language(code))
    dates = {"en": "3 April – 2 May 2024", "zh": "2024年4月3日至5月2日"}[code]
    assert ["¹"] == [mark for _, mark in table.heads]
    assert [True] == [note.startswith("¹ ") and dates in note for note in table.notes]


def test_a_base_year_is_named() -> None:
    """The column of a base year says which year it is."""
    base = Period(date(2019, 4, 1), date(2019, 4, 30), PeriodKind.MONTH)
    frame = headline_of(APRIL, {"base": base}, districts([400], [200], comparison="base"))
    table = headline_table(frame, scope="city", scope_id="", name="Alder", language=language("en"))
    assert (("Base year 2019", ""),) == table.heads
