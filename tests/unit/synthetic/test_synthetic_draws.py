"""Chance, rhythm and rates of the synthetic city, each held against what it promises."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from pipeline.methods import read_vocabulary
from pipeline.sources.declaration import Generator
from pipeline.synthetic.dirt import CALL_FAULT_SHARES, CALL_FAULTS, CONFLICT_SHARE, DUPLICATE_SHARE
from pipeline.synthetic.draws import STREAMS, pick, poisson, spread, uniform_stream
from pipeline.synthetic.incidents import make_counts
from pipeline.synthetic.kinds import CATEGORIES, KINDS
from pipeline.synthetic.places import SPELLING_SHARES, spellings
from pipeline.synthetic.rates import expected_counts, injected_rises, usual_per_day
from pipeline.synthetic.rhythm import NEW_YEAR, RHYTHMS, day_factor, days_between, seconds_of_day
from pipeline.towns import Town

LUNAR_MONTH_DAYS = 29.530588
UNIFORM = st.floats(0, 1, exclude_max=True)
YEAR = Generator(seed=5, first=date(2024, 1, 1), last=date(2025, 12, 31), incidents_per_day=200)
TOWNS = tuple(
    Town(
        town_id=f"4404020{n:02}",
        name=f"Town {n}",
        name_zh=f"第{n}镇",
        district="North",
        population=population,
        population_year=2023,
    )
    for n, population in enumerate((3_000, 20_000, 90_000, 400_000, 150_000, 60_000))
)


@given(st.lists(st.tuples(UNIFORM, st.floats(0, 40)), min_size=1, max_size=50))
def test_counts_are_quantiles_of_poisson(pairs: list[tuple[float, float]]) -> None:
    """A count is the smallest whose Poisson distribution exceeds the uniform number."""
    u, mean = np.array(pairs).T
    counts = poisson(u, mean)
    near = 1e-12
    assert (stats.poisson.cdf(counts, mean) >= u - near).all()
    assert ((counts == 0) | (stats.poisson.cdf(counts - 1, mean) <= u + near)).all()


def test_a_mean_too_large_to_draw_is_refused() -> None:
    """Means beyond 500 are refused, not drawn wrongly."""
    with pytest.raises(ValueError, match="up to 500"):
        poisson(np.array([0.5]), np.array([501.0]))


@pytest.mark.parametrize(
    ("u", "position"), [(0.0, 0), (0.199, 0), (0.2, 1), (0.699, 1), (0.7, 2), (0.999, 2)]
)
def test_pick_gives_each_position_its_share(u: float, position: int) -> None:
    """A position is picked by the stretch of [0, 1) into which the number falls."""
    assert [position] == pick(np.array([u]), (0.2, 0.5)).tolist()


@given(UNIFORM)
def test_spread_stays_between_its_points(u: float) -> None:
    """Values lie between the first and the last, and grow with the number."""
    low, high = spread(np.array([u / 2, u]), (0, 0.5, 1), (10, 20, 90))
    assert 10 <= low <= high <= 90


def test_streams_do_not_move_each_other() -> None:
    """Each purpose draws numbers of its own; the same seed draws the same ones."""
    drawn = {name: uniform_stream(7, name).random(4).tolist() for name in STREAMS}
    assert len(STREAMS) == len({tuple(numbers) for numbers in drawn.values()})
    assert drawn["counts"] == uniform_stream(7, "counts").random(4).tolist()
    assert drawn["counts"] != uniform_stream(8, "counts").random(4).tolist()


def test_streams_are_those_of_pcg64() -> None:
    """The first numbers of a seed are fixed for good: the demo's bytes hang on them."""
    expected = [0.4518, 0.088, 0.2233]
    assert expected == uniform_stream(20230101, "counts").random(3).round(4).tolist()


def test_new_year_follows_the_moon() -> None:
    """From one New Year to the next lie 12 or 13 lunar months; it falls into 21 Jan to 20 Feb."""
    days = [NEW_YEAR[year] for year in range(2019, 2031)]
    gaps = np.diff([day.toordinal() for day in days])
    months = gaps / LUNAR_MONTH_DAYS
    assert {12, 13} == set(months.round().astype(int).tolist())
    assert (np.abs(months - months.round()) < 0.04).all()
    assert all((1, 21) <= (day.month, day.day) <= (2, 20) for day in days)
    assert list(range(2019, 2031)) == [day.year for day in days]


@pytest.mark.parametrize("year", NEW_YEAR)
def test_new_year_moves_the_quiet_days(year: int) -> None:
    """Traffic is at its yearly low in the festival week, fires at their high, wherever it falls."""
    days = days_between(date(year, 1, 1), date(year, 12, 31))
    festival = {NEW_YEAR[year] + timedelta(days=n) for n in range(-1, 7)}
    factors = {
        name: [day_factor(day, RHYTHMS[name]) for day in days] for name in ("traffic", "fire")
    }
    assert days[int(np.argmin(factors["traffic"]))] in festival
    assert days[int(np.argmax(factors["fire"]))] in festival


def test_a_year_without_known_new_year_is_refused() -> None:
    """Beyond the table nothing is guessed."""
    with pytest.raises(ValueError, match="2019 to 2030"):
        day_factor(date(2031, 1, 1), RHYTHMS["help"])


@pytest.mark.parametrize("name", RHYTHMS)
def test_rhythms_keep_the_mean(name: str) -> None:
    """Factors of week and year have mean 1, so a usual rate means what it says."""
    rhythm = RHYTHMS[name]
    assert (24, 7, 12) == (len(rhythm.hours), len(rhythm.week), len(rhythm.year))
    assert (1.0, 1.0) == (
        pytest.approx(np.mean(rhythm.week), abs=0.01),
        pytest.approx(np.mean(rhythm.year), abs=0.01),
    )


def test_hours_have_their_weight() -> None:
    """Evenly spread numbers give each hour its share of the calls."""
    rhythm = RHYTHMS["street"]
    seconds = seconds_of_day((np.arange(100_000) + 0.5) / 100_000, rhythm)
    shares = np.bincount(seconds // 3_600, minlength=24) / seconds.size
    assert np.abs(shares - np.array(rhythm.hours) / sum(rhythm.hours)).max() < 1e-4
    assert (0, 86_399) == (seconds.min(), seconds.max())


def test_usual_rates_add_up_to_the_declared_number() -> None:
    """All towns and kinds together have `incidents_per_day` on a day with all factors 1."""
    usual = usual_per_day(TOWNS, YEAR)
    assert (len(TOWNS), len(KINDS)) == usual.shape
    assert pytest.approx(200) == usual.sum()
    assert (usual > 0).all()


def test_drawn_counts_agree_with_the_expected_ones() -> None:
    """Over towns and kinds the counts scatter as Poisson counts do (chi-square within 4 sigma)."""
    expected = expected_counts(TOWNS, YEAR).sum(axis=0)
    made = make_counts(TOWNS, YEAR).sum(axis=0)
    large = expected >= 10
    chi_square = ((made - expected) ** 2 / expected)[large].sum()
    assert large.sum() > 100
    assert abs(chi_square - large.sum()) < 4 * np.sqrt(2 * large.sum())
    assert abs(made.sum() - expected.sum()) < 4 * np.sqrt(expected.sum())


def test_days_scatter_around_their_rhythm() -> None:
    """The counts of all days agree with their expectation (chi-square within 4 sigma)."""
    expected = expected_counts(TOWNS, YEAR).sum(axis=(1, 2))
    made = make_counts(TOWNS, YEAR).sum(axis=(1, 2))
    chi_square = ((made - expected) ** 2 / expected).sum()
    assert abs(chi_square - expected.size) < 4 * np.sqrt(2 * expected.size)


def test_rises_are_where_they_are_said_to_be() -> None:
    """Inside a rise the expectation is `factor` times that without it, and nowhere else."""
    rises = injected_rises(TOWNS, YEAR)
    factors = np.ones((731, len(TOWNS), len(KINDS)))
    for rise in rises:
        first, last = ((day - YEAR.first).days for day in (rise.first, rise.last))
        town = [t.town_id for t in TOWNS].index(rise.town_id)
        kinds = [n for n, kind in enumerate(KINDS) if kind.category == rise.category]
        factors[first : last + 1, town, kinds] = rise.factor
    assert 3 == len(rises)
    assert timedelta(days=12) == rises[0].last - rises[0].first
    assert YEAR.last == rises[0].last
    # Towns share the rhythm of a kind, so without the rises their proportions never change.
    expected = expected_counts(TOWNS, YEAR) / factors
    proportions = expected / expected[:, :1, :]
    assert np.allclose(proportions, proportions[0])


def test_kinds_name_codes_and_categories_that_exist() -> None:
    """Codes are six digits and unique; categories are the method's; mistakes lead to kinds."""
    codes = [kind.code for kind in KINDS]
    known = read_vocabulary().kinds
    assert sorted(set(codes)) == sorted(codes)
    assert [code for code in codes if len(code) != 6 or not code.isdigit()] == []
    assert [category for category in CATEGORIES if category not in known] == []
    mistaken = {code for kind in KINDS for code in kind.mistaken_for}
    assert mistaken <= set(codes)
    assert [k.code for k in KINDS if k.code in k.mistaken_for] == []


def _without_twins(texts: Sequence[str]) -> bool:
    return len(set(texts)) == len(texts)


def test_spellings_differ() -> None:
    """A town with a suffix and a traditional form has one spelling for each share and one more."""
    texts = spellings(TOWNS[0], "北区")
    assert len(SPELLING_SHARES) + 1 == len(texts)
    assert _without_twins(spellings(TOWNS[1], "北区"))
    assert "第0鎮" == texts[2]
    assert "４４０４０２０００" == texts[-1]


def test_about_one_row_in_a_hundred_is_dirty() -> None:
    """All kinds of faults together make up about 1 %, and each has a reason of its own."""
    assert 0.009 < sum(CALL_FAULT_SHARES) + DUPLICATE_SHARE + CONFLICT_SHARE < 0.012
    assert _without_twins([fault.reason for fault in CALL_FAULTS])
