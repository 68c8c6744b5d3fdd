"""The ready mappings and the severities behind them, against what was published."""

import csv
import math
import re
from collections import Counter
from pathlib import Path

import pytest

from indices.method import Category
from pipeline.categories import CategoryTable
from pipeline.methods import find_method
from pipeline.ready_mappings import UNCERTAIN, ReadyMapping, best_mapping, list_ready_mappings
from pipeline.settings import REPOSITORY

FOLDER = REPOSITORY / "data" / "categories"
SCHEME = "StatCan-CSI-2006base"
WEIGHTS = Path(__file__).parent / "data" / "severity-weights.csv"
MAPPINGS = {ready.id: ready for ready in list_ready_mappings(FOLDER)}
CATEGORIES: dict[str, Category] = find_method("standard").method.categories


def words(text: str) -> list[str]:
    """What stands between blanks."""
    return text.split()


TWELVE_CLASSES = words("""
    刑事类警情 行政（治安）类警情 道路交通类警情 纠纷 群众紧急求助 咨询 举报 投诉监督 社会联动
    聚集上访 群体性事件 其他警情
""")
SIX_DIGIT_CODES = {  # as printed in a table of the scheme
    "100100": "theft",
    "100200": "robbery",
    "100300": "snatching",
    "100400": "homicide",
    "100500": "serious_assault",
    "100600": "fraud",
    "100800": "arson",
    "100900": "sexual_assault",
    "101000": "kidnapping",
    "101100": "kidnapping",
    "101200": "drug_offence",
    "101400": "arson",
    "101500": "serious_assault",
    "200100": "common_assault",
    "200200": "dispute",
    "200600": "common_assault",
    "200700": "",
    "200800": "",
    "201000": "theft",
    "201100": "snatching",
    "201200": "fraud",
    "300100": "traffic_accident",
    "300200": "",
    "300300": "traffic_accident",
    "300500": "",
    "400100": "other_fire",
    "400200": "",
    "600600": "",
    "700100": "",
    "700200": "public_order",
    "700500": "assault",
    "800100": "",
    "800200": "",
    "999900": "",
    "109900": "criminal_incident",  # a code of a known family without a line of its own
    "209900": "public_order",
    "500100": "",
    "650100": "",
    "900100": "",
    "950100": "",
}
KINDS_BELOW_THE_TWELVE = {
    "刑事类警情/盗窃/入室盗窃": "break_and_enter",
    "刑事类警情/盗窃/盗窃摩托车": "auto_theft",
    "刑事类警情/盗窃/扒窃": "theft",
    "刑事类警情/诈骗/电信诈骗": "telecom_fraud",
    "刑事类警情/诈骗": "fraud",
    "刑事类警情/杀人": "homicide",
    "刑事类警情/故意杀人未遂": "attempted_homicide",
    "刑事类警情/涉毒/贩卖毒品": "drug_offence",
    "刑事类警情/破坏生产经营": "criminal_incident",
    "行政(治安)类警情/侵犯人身权利/殴打他人": "common_assault",
    "行政（治安）类警情/妨害社会管理/吸毒": "",
    "行政（治安）类警情/妨害社会管理/赌博": "",
    "行政（治安）类警情/噪音扰民": "nuisance",
    "行政（治安）类警情/违反养犬规定": "public_order",
    "道路交通类警情/交通事故/伤人事故": "injury_accident",
    "道路交通类警情/交通事故": "traffic_accident",
    "道路交通类警情/违法停车": "",
    "纠纷/邻里纠纷": "dispute",
    "纠纷/家庭暴力": "common_assault",
    "举报/涉毒举报": "",
    "其他警情/盗窃": "",
    "盗窃": "theft",
    "邻里纠纷": "dispute",
}
GROUP_A = words("""
    09A 09B 09C 100 11A 11B 11C 11D 120 13A 13B 13C 200 210 220 23A 23B 23C 23D 23E 23F 23G 23H 240
    250 26A 26B 26C 26D 26E 26F 26G 270 280 290 35A 35B 36A 36B 370 39A 39B 39C 39D 40A 40B 40C 510
    520 64A 64B 720
""")
GROUP_B = words("90A 90B 90C 90D 90E 90F 90G 90H 90I 90J 90Z")
CHICAGO = words("""
    ARSON ASSAULT BATTERY BURGLARY GAMBLING HOMICIDE KIDNAPPING NARCOTICS OBSCENITY PROSTITUTION
    RITUALISM ROBBERY STALKING THEFT
""")
POLICE_UK = words("""
    anti-social-behaviour bicycle-theft burglary criminal-damage-arson drugs other-theft
    possession-of-weapons public-order robbery shoplifting theft-from-the-person vehicle-crime
    violent-crime other-crime
""")
ICCS_SECTIONS = [f"{number:02}" for number in range(1, 12)]
FOUND_BY_LOOKING = {  # drugs, gambling, vice: numbers follow the police's own work
    "nibrs": ["35A", "35B", "39A", "39B", "40A", "40C", "90D", "280"],
    "chicago-iucr": ["NARCOTICS", "OTHER NARCOTIC VIOLATION", "GAMBLING", "PROSTITUTION"],
    "data-police-uk": ["Drugs"],
    "iccs": ["06", "0601", "0602", "ICCS06012", "0802"],
    "china-110-six-digit": ["200700", "200800"],
    "china-110-twelve": ["行政（治安）类警情/吸毒", "刑事类警情/涉毒", "道路交通类警情/酒驾"],
    "taiwan-police": ["毒品", "賭博", "公共危險"],
}


def published() -> dict[tuple[str, str], float]:
    """Weight of each offence by scheme and name."""
    with WEIGHTS.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        return {(row["scheme"], row["offence"]): float(row["weight"]) for row in rows}


def resolve(name: str, values: list[str]) -> dict[str, str]:
    """Categories that a mapping gives to values."""
    return {value: row.rule.category for value, row in MAPPINGS[name].find_rows(values).items()}


def test_these_mappings_are_there() -> None:
    """One file for each classification that people bring."""
    assert [
        "chicago-iucr",
        "china-110-older",
        "china-110-six-digit",
        "china-110-twelve",
        "data-police-uk",
        "iccs",
        "nibrs",
        "taiwan-police",
    ] == list(MAPPINGS)


@pytest.mark.parametrize("ready", MAPPINGS.values(), ids=MAPPINGS)
def test_every_line_leads_to_a_category_of_the_method(ready: ReadyMapping) -> None:
    """A category that the standard method lacks would break the first run of a new city."""
    used = {row.rule.category for row in ready.rows}
    assert set() == used - CATEGORIES.keys() - {""}


@pytest.mark.parametrize("ready", MAPPINGS.values(), ids=MAPPINGS)
def test_every_line_that_does_not_count_says_why(ready: ReadyMapping) -> None:
    """What is left out of an index needs a reason that readers can judge."""
    assert [] == [row.rule for row in ready.rows if not row.rule.category and not row.reason]


@pytest.mark.parametrize("ready", MAPPINGS.values(), ids=MAPPINGS)
def test_every_iccs_code_is_one_of_the_classification(ready: ReadyMapping) -> None:
    """The common tongue is spoken with the codes of iccs.csv."""
    codes = {row.iccs for row in MAPPINGS["iccs"].rows}
    assert set() == {row.iccs for row in ready.rows} - codes - {""}


@pytest.mark.parametrize("ready", MAPPINGS.values(), ids=MAPPINGS)
def test_every_line_is_reached(ready: ReadyMapping) -> None:
    """No exact or prefix line stands in the shade of another."""
    lines = [row for row in ready.rows if row.rule.match != "pattern"]
    found = ready.find_rows(row.rule.value for row in lines)
    assert [] == [row.rule for row in lines if found[row.rule.value] is not row]


@pytest.mark.parametrize("ready", MAPPINGS.values(), ids=MAPPINGS)
def test_a_city_can_use_the_whole_mapping(ready: ReadyMapping) -> None:
    """Copied as a whole, a mapping is a table without mistakes."""
    assert [] == CategoryTable(tuple(row.rule for row in ready.rows)).mistakes()


def test_the_twelve_classes_are_known_by_name() -> None:
    """Each class of the newer 110 scheme has a line, and the two confirmed codes have theirs."""
    found = MAPPINGS["china-110-twelve"].find_rows([*TWELVE_CLASSES, "01", "02", "03"])
    assert [*TWELVE_CLASSES, "01", "02"] == list(found)
    assert {name: name for name in TWELVE_CLASSES} == {
        name: found[name].label_zh for name in TWELVE_CLASSES
    }


def test_kinds_below_the_twelve_classes_are_known_by_their_words() -> None:
    """Joined names find the kind; without a known kind a class of offences stands for itself."""
    assert KINDS_BELOW_THE_TWELVE == resolve("china-110-twelve", list(KINDS_BELOW_THE_TWELVE))


def test_six_digit_codes_lead_where_their_table_says() -> None:
    """Codes with a line of their own, their families, and nothing of another length or scheme."""
    others = ["10", "1099", "1099000", "010100", "120"]
    assert SIX_DIGIT_CODES == resolve("china-110-six-digit", [*SIX_DIGIT_CODES, *others])


def test_of_the_older_scheme_only_two_families_count() -> None:
    """Families whose meaning is not known are recognised, marked uncertain and not counted."""
    rows = MAPPINGS["china-110-older"].find_rows(["010203", "029900", "030100", "999900", "100400"])
    assert [
        ("010203", "criminal_incident", False),
        ("029900", "public_order", False),
        ("030100", "", True),
        ("999900", "", True),
    ] == [(value, row.rule.category, row.is_uncertain) for value, row in rows.items()]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("nibrs", GROUP_A + GROUP_B),
        ("chicago-iucr", CHICAGO),
        ("data-police-uk", POLICE_UK),
        ("iccs", ICCS_SECTIONS),
    ],
)
def test_published_codes_are_all_known(name: str, values: list[str]) -> None:
    """No code of the published list is missing."""
    assert values == list(MAPPINGS[name].find_rows(values))


@pytest.mark.parametrize(
    ("name", "value", "category"),
    [
        ("nibrs", "09A", "homicide"),
        ("nibrs", "Burglary/Breaking & Entering", "break_and_enter"),
        ("nibrs", "MOTOR VEHICLE THEFT", "auto_theft"),
        ("nibrs", "13B - Simple Assault", "common_assault"),
        ("chicago-iucr", "Crim Sexual Assault", "sexual_assault"),
        ("data-police-uk", "Violence and sexual offences", "assault"),
        ("iccs", "ICCS050211", "auto_theft"),
        ("iccs", "Intentional homicide", "homicide"),
        ("taiwan-police", "機車竊盜", "auto_theft"),
    ],
)
def test_names_are_known_as_agencies_print_them(name: str, value: str, category: str) -> None:
    """Codes, names, capitals and codes with names behind them lead to the same category."""
    assert {value: category} == resolve(name, [value])


@pytest.mark.parametrize("name", FOUND_BY_LOOKING)
def test_what_is_found_by_looking_never_counts(name: str) -> None:
    """More checks find more drugs, gambling and drivers under drink: that must not cost points."""
    values = FOUND_BY_LOOKING[name]
    assert dict.fromkeys(values, "") == resolve(name, values)


def test_drug_supply_counts_in_call_systems_only() -> None:
    """Somebody called; in records of offences nobody can tell who found the case."""
    using = {
        ready.id
        for ready in MAPPINGS.values()
        if any(row.rule.category == "drug_offence" for row in ready.rows)
    }
    assert {"china-110-six-digit", "china-110-twelve"} == using


@pytest.mark.parametrize("ready", MAPPINGS.values(), ids=MAPPINGS)
def test_a_mapping_is_best_for_its_own_values(ready: ReadyMapping) -> None:
    """Files do not take each other's values: each is recognised by its own."""
    plain = [row.rule.value for row in ready.rows if row.rule.match != "pattern"]
    coded = [
        f"{code}0100" for code in re.findall(r"^\d\d", "\n".join(_patterns(ready)), re.MULTILINE)
    ]
    best = best_mapping(Counter(plain + coded), list(MAPPINGS.values()))
    assert best is not None
    assert (ready.id, 1.0) == (best[0].id, best[1])


def _patterns(ready: ReadyMapping) -> list[str]:
    return [row.rule.value for row in ready.rows if row.rule.match == "pattern"]


def test_the_file_list_of_the_readme_is_complete() -> None:
    """Each mapping is described, and the mark of doubtful lines is explained."""
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert [] == [name for name in MAPPINGS if f"`{name}.csv`" not in text]
    assert f"`{UNCERTAIN}`" in text


# Severities of the categories that the mappings need


def test_derived_severities_follow_from_the_published_weights() -> None:
    """Where the Canadian list has no such offence, the stated derivation gives the number.

    Attempted murder and murder in the Crime Severity Score of the Office for National Statistics
    (2016): 4663 and 7979. Medians of the Cambridge Crime Harm Index (2026), days: arson 185,
    residential burglary 273.5, shoplifting 1, other theft 2.
    """
    weight = published()
    theft, robbery = weight[SCHEME, "Theft under $5000"], weight[SCHEME, "Robbery"]
    murder, burglary = (
        weight[SCHEME, "Murder (1st and 2nd degree)"],
        weight[SCHEME, "Breaking and entering"],
    )
    assert {
        "snatching": round(math.sqrt(theft * robbery)),
        "attempted_homicide": round(murder * 4663 / 7979),
        "arson": round(burglary * 185 / 273.5),
        "shoplifting": theft * 1 / 2,
        "theft": theft,
        "kidnapping": robbery,
    } == {
        code: CATEGORIES[code].severity.value
        for code in (
            "snatching",
            "attempted_homicide",
            "arson",
            "shoplifting",
            "theft",
            "kidnapping",
        )
    }


def test_every_stated_severity_is_the_published_number() -> None:
    """A stated severity names scheme and offence, and has exactly that weight."""
    weight = published()
    stated = {
        code: category.severity
        for code, category in CATEGORIES.items()
        if category.severity.status == "stated"
    }
    assert {code: severity.value for code, severity in stated.items()} == {
        code: weight[scheme, offence]
        for code, severity in stated.items()
        for scheme, offence in [str(severity.source).replace("$5,000", "$5000").split(", ", 1)]
    }


def test_every_new_category_is_reached_by_a_mapping_or_by_a_city() -> None:
    """The method holds no category that nothing leads to."""
    reached = {row.rule.category for ready in MAPPINGS.values() for row in ready.rows}
    for path in (REPOSITORY / "data" / "cities").glob("*/categories.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            reached |= {line["category"] for line in csv.DictReader(file)}
    assert set() == CATEGORIES.keys() - reached
