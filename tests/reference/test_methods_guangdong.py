"""What is known of the indices of Zhuhai, Shenzhen, Dujiangyan and Xinyang, against their files.

Tags are the keys of [sources] in `data/methods/`, where titles and addresses stand. What no source
states must be marked `assumed`; the tables below name all that may be marked `stated`.
"""

import colorsys
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from indices.composite.method import CompositeMethod
from indices.levels import level_numbers
from indices.method import Levels
from indices.vocabulary import Vocabulary

DATA = Path(__file__).parents[2] / "data"
ZHUHAI, ZHUHAI_2018 = "zhuhai-2014", "zhuhai-2018"
DAILY, MONTHLY = "zhuhai-pingan-daily-2019", "zhuhai-pingan-monthly-2019"
STARS, SHENZHEN = "zhuhai-village-stars-2022", "shenzhen-2016"
DUJIANGYAN, XINYANG = "dujiangyan-2020", "xinyang-2016"

# method, place in the file, value, tags
FACTS: list[tuple[str, str, object, str]] = [
    (ZHUHAI, "period.value", "day", "S0, Z1, Z3"),
    (ZHUHAI_2018, "period.value", "day", "Z1, Z3"),
    (DAILY, "period.value", "day", "Z3, Z4"),
    (MONTHLY, "period.value", "month", "Z3, Z4"),
    (MONTHLY, "rounding.decimals", 3, "Z5, Z6"),
    (STARS, "period.value", "month", "Z7"),
    (SHENZHEN, "period.value", "week", "SZ1, SZ3"),
    (SHENZHEN, "aggregation.value", "arithmetic", "SZ2"),
    (DUJIANGYAN, "period.value", "month", "D1, D2"),
    (DUJIANGYAN, "baselines.three_years.kind", "same_period_of_years", "D1"),
    (DUJIANGYAN, "baselines.three_years.n_years", 3, "D1"),
    (DUJIANGYAN, "baselines.year.kind", "same_period_of_years", "D1"),
    (DUJIANGYAN, "baselines.year.n_years", 1, "D1"),
    (DUJIANGYAN, "baselines.month.kind", "own_past", "D1"),
    (DUJIANGYAN, "baselines.month.n_periods", 1, "D1"),
    (DUJIANGYAN, "aggregation.value", "arithmetic", "D1"),
    (XINYANG, "period.value", "week", "XY1"),
]
PARTS = {  # parts in the words of the sources; of the daily index only their number is stated
    ZHUHAI: "违法犯罪警情 消防警情 交通警情",  # Z1, Z2, Z7
    ZHUHAI_2018: "违法犯罪警情 消防警情 交通警情 城市管理",  # Z2, Z3, Z4
    MONTHLY: "社会稳定 生态安全 安全生产 社会共建 治安指数 文明指数 城市管理 社会正气 市民诉求 "
    "食药安全 交通安全 消防安全 消费评价 社会保障",  # Z3
    SHENZHEN: "治安安全 交通安全 消防安全",  # SZ2
    DUJIANGYAN: "治安指数 交通指数 矛调指数 火灾指数",  # D1
    XINYANG: "治安安全 消防安全 交通安全",  # XY1
}
SERIOUS = "杀人 强奸 抢劫 绑架 劫持 放火 爆炸 投毒"
PROPERTY = "入室盗窃 盗窃车内财物 盗窃“三车” 扒窃 诈骗"
LINES = {  # lines that sources name, by part
    (STARS, "core"): "矛盾纠纷数 八大类严重刑事案件数 网络诈骗发案数",  # Z7
    (SHENZHEN, "public_order"): "八类恶性警情 多发性侵财警情 其他刑事治安警情",  # SZ2
    (SHENZHEN, "traffic"): "致人死亡交通事故 一般交通事故 交通拥堵",  # SZ2
    (SHENZHEN, "fire"): "致人死亡火灾 一般火灾",  # SZ2
    # XY1; "other" counts as two, so that the items add up to 24
    (XINYANG, "public_order"): f"{SERIOUS} {PROPERTY} 其他刑事案件 治安案件 群体性事件",
}
PALETTES = {  # from the best level to the worst
    ZHUHAI: "blue yellow orange red",  # Z1
    ZHUHAI_2018: "blue yellow orange red",  # Z1
    DAILY: "blue yellow orange red",  # Z10
    MONTHLY: "blue yellow orange red",  # Z10
    DUJIANGYAN: "green yellow orange red",  # D1
}
WORDS = {
    DAILY: "优秀 良好 平稳 较差",  # Z10
    MONTHLY: "优秀 良好 平稳 较差",  # Z10
    DUJIANGYAN: "优 良 平稳 较差",  # D1
}
NAMED = {  # codes of the lines that a source names
    ZHUHAI: "crime_incidents fire_incidents traffic_incidents",
    ZHUHAI_2018: "crime_incidents fire_incidents traffic_incidents city_events",
    DAILY: "crime_incidents telecom_fraud_incidents traffic_accidents food_complaints",
    MONTHLY: "crime_incidents telecom_fraud_incidents traffic_accidents food_complaints",
    STARS: "disputes_number serious_crimes online_frauds",
    SHENZHEN: "eight_serious_incidents property_incidents other_incidents fatal_accidents "
    "ordinary_accidents congestion_reports fatal_fires ordinary_fires",
    DUJIANGYAN: " ".join(
        f"{stem}_{comparison}"
        for stem in ("cases", "violations", "disputes", "fires")
        for comparison in ("three_years", "year", "month")
    ),
    XINYANG: "homicides sexual_assaults robberies kidnappings hijackings arsons explosions "
    "poisonings burglaries thefts_from_vehicles vehicle_thefts pickpocketings fraud_incidents "
    "other_crimes other_public_order mass_incidents_number",
}
every_method = pytest.mark.parametrize("method", NAMED)


@cache
def text_of(method: str) -> str:
    """The file as it is written."""
    return (DATA / "methods" / f"{method}.toml").read_text(encoding="utf-8")


@cache
def model(method: str) -> CompositeMethod:
    """The file as a model, which refuses unknown sources, scales and baselines."""
    return CompositeMethod.model_validate(tomllib.loads(text_of(method)))


def levels_of(method: str) -> Levels:
    """Levels of a method that must have some."""
    levels = model(method).levels
    assert levels is not None
    return levels


@cache
def vocabulary() -> Vocabulary:
    """The kinds of incidents."""
    return Vocabulary.model_validate(tomllib.loads((DATA / "vocabulary.toml").read_text("utf-8")))


@cache
def marked(method: str) -> list[tuple[str, dict[str, Any]]]:
    """Every table of a file with a status, and where it stands."""
    return list(_marked(tomllib.loads(text_of(method)), ()))


def _marked(table: Any, path: tuple[str, ...]) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(table, dict):
        if "status" in table:
            yield ".".join(key for key in path if key not in {"pillars", "indicators"}), table
        for key, value in table.items():
            yield from _marked(value, (*path, key))


def kinds(method: str, line: str) -> set[str]:
    """The kinds that a line counts."""
    about = next(about for _, code, about in model(method).indicators if code == line)
    return {kind for code in about.counts for kind in vocabulary().members(code)}


def rgb(colour: str) -> tuple[float, float, float]:
    """Red, green and blue, each from 0 to 1."""
    red, green, blue = bytes.fromhex(colour[1:])
    return red / 255, green / 255, blue / 255


def luminance(colour: str) -> float:
    """Relative luminance of a colour, as WCAG 2 defines it."""
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in rgb(colour)]
    return float(np.dot([0.2126, 0.7152, 0.0722], linear))


def hue(colour: str) -> str:
    """Name of a colour by its angle on the wheel."""
    degrees = 360 * colorsys.rgb_to_hsv(*rgb(colour))[0]
    limits = {"red": 15, "orange": 40, "yellow": 65, "green": 160, "blue": 250}
    return next(name for name, limit in limits.items() if degrees < limit)


@pytest.mark.parametrize(("method", "place", "expected", "tags"), FACTS)
def test_a_stated_value_is_that_of_its_source(
    method: str, place: str, expected: object, tags: str
) -> None:
    """A value that a source states stands in the file, marked so, with that source."""
    path, _, key = place.rpartition(".")
    table = dict(marked(method))[path]
    assert (expected, "stated") == (table[key], table["status"])
    assert tags == table["source"].split(":")[0]


@pytest.mark.parametrize("method", PARTS)
def test_parts_are_those_that_the_source_lists(method: str) -> None:
    """A file has the parts of the published index, no more and no fewer, in their order."""
    assert PARTS[method].split() == [part.name.zh for part in model(method).pillars.values()]


@pytest.mark.parametrize(("method", "part"), LINES)
def test_lines_are_those_that_the_source_lists(method: str, part: str) -> None:
    """A part has the lines that the source names, in their order."""
    actual = [line.name.zh for line in model(method).pillars[part].indicators.values()]
    assert LINES[method, part].split() == actual


def test_the_daily_index_has_seven_parts_of_the_monthly_one() -> None:
    """The daily index grew from four parts to seven, the monthly one has them too (Z3, Z4)."""
    daily = model(DAILY).pillars
    assert {"public_order", "fire", "traffic", "city_management"} <= daily.keys()
    assert (7, True) == (len(daily), daily.keys() <= model(MONTHLY).pillars.keys())


@every_method
def test_nothing_is_marked_stated_that_no_source_states(method: str) -> None:
    """What is marked `stated` is in a table above or Dujiangyan's levels, and nothing else."""
    values = {place.rpartition(".")[0] for about, place, _, _ in FACTS if about == method}
    values |= {"levels"} if method == DUJIANGYAN else set()
    lines = {code: f"{part}.{code}.note" for part, code, _ in model(method).indicators}
    expected = values | {lines[code] for code in NAMED[method].split()}
    assert expected == {path for path, table in marked(method) if table["status"] == "stated"}


@every_method
def test_weights_transforms_and_denominators_are_assumed(method: str) -> None:
    """No source tells weights, transforms, what counts are divided by, or how to roll up."""
    places = r".*\.weight|scales\..*|denominator|counting\..*|roll_up|ties|.*\.external"
    statuses = {table["status"] for path, table in marked(method) if re.fullmatch(places, path)}
    assert {"assumed"} == statuses


@every_method
def test_every_source_is_used_and_every_quoted_one_is_listed(method: str) -> None:
    """Sources that values quote are in the list, and the list has no other."""
    listed = set(model(method).sources)
    quoted = {
        key.strip()
        for _, table in marked(method)
        if "source" in table
        for key in table["source"].split(":")[0].split(",")
    }
    unused = {key for key in listed if len(re.findall(rf"\b{key}\b", text_of(method))) == 1}
    assert (set(), set()) == (quoted - listed, unused)


@pytest.mark.parametrize("method", PALETTES)
def test_colours_are_those_of_the_source(method: str) -> None:
    """A palette has the colours of the published index, from the best level to the worst."""
    assert PALETTES[method].split() == [hue(level.colour) for level in levels_of(method).level]


@pytest.mark.parametrize("method", WORDS)
def test_words_of_levels_are_those_of_the_source(method: str) -> None:
    """Levels have the words of the published index."""
    assert WORDS[method].split() == [level.word.zh for level in levels_of(method).level]


def test_dujiangyan_cuts_at_90_80_and_70() -> None:
    """90-100 is 优, 80-90 良, 70-80 平稳, below 70 较差 (D1); an edge goes to the better one."""
    levels = levels_of(DUJIANGYAN)
    scores = np.array([100, 95, 90, 85, 80, 75, 70, 69.9, 0])
    numbers = level_numbers(scores, cuts=levels.cuts)
    words = [levels.level[number - 1].word.zh for number in numbers]
    assert ["优"] * 3 + ["良"] * 2 + ["平稳"] * 2 + ["较差"] * 2 == words


def test_xinyang_has_four_levels() -> None:
    """Xinyang tells that there are four levels, and no more of them (XY1)."""
    assert (4, "assumed") == (len(levels_of(XINYANG).level), levels_of(XINYANG).status)


@every_method
def test_levels_can_be_read(method: str) -> None:
    """Text stands out from its colour by 4.5 to 1, and no two levels share a glyph."""
    levels = levels_of(method)
    pairs = [
        sorted((luminance(level.colour), luminance(level.text_colour))) for level in levels.level
    ]
    assert [] == [pair for pair in pairs if (pair[1] + 0.05) / (pair[0] + 0.05) < 4.5]
    assert len(levels.level) == len({level.glyph for level in levels.level})


@every_method
def test_every_line_counts_kinds_of_the_vocabulary(method: str) -> None:
    """A line that is read from incidents counts at least one kind."""
    lines = [code for _, code, about in model(method).indicators if about.external is None]
    assert [] == [code for code in lines if not kinds(method, code)]


@pytest.mark.parametrize("method", [SHENZHEN, XINYANG])
def test_public_order_counts_each_incident_once(method: str) -> None:
    """Lines with a line for "other" cover criminal and public order incidents without overlap."""
    counted = [
        kind
        for line in model(method).pillars["public_order"].indicators
        for kind in sorted(kinds(method, line))
    ]
    whole = {
        kind for group in ("criminal", "public_order_cases") for kind in vocabulary().members(group)
    }
    mass = {"mass_incident"} if method == XINYANG else set()
    assert sorted(whole | mass) == sorted(counted)


@pytest.mark.parametrize(
    ("method", "fatal", "others"),
    [
        (SHENZHEN, "fatal_accidents", "ordinary_accidents"),
        (SHENZHEN, "fatal_fires", "ordinary_fires"),
        (XINYANG, "fatal_accidents", "other_accidents"),
        (XINYANG, "fatal_fires", "other_fires"),
    ],
)
def test_fatal_and_other_incidents_are_told_apart(method: str, fatal: str, others: str) -> None:
    """Two lines count the same kinds, one those with deaths and one those without."""
    only = {code: about.only for _, code, about in model(method).indicators}
    assert ("fatal", "not_fatal") == (only[fatal], only[others])
    assert kinds(method, fatal) == kinds(method, others)
