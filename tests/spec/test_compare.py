"""`show`, `explain` and `compare`: the terminal and the document say the same numbers."""

import json
import re
from datetime import date
from typing import Any

import pytest

from tests.spec.test_period_runs import call, calls, two_years

METHOD = "huizhou-2016"
MONTH = ("--period", "2025-03")
DASH = "–"


@pytest.fixture(scope="module")
def alder(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """Alder County's options, after March was run by two methods."""
    folder = tmp_path_factory.mktemp("compare")
    city = two_years(folder / "alder")
    (city / "records" / "calls-1.csv").write_bytes(calls(date(2025, 3, 31)))
    options = ("--city", str(city), "--home", str(folder / "home"))
    for method in ("standard", METHOD):
        for period in ("2025-02", "2025-03"):
            done = call("run", *options, "--method", method, "--period", period)
            assert done.exit_code == 0, done.stderr
    return options


def lines_of(*arguments: object) -> list[str]:
    """What a verb prints."""
    done = call(*arguments)
    assert done.exit_code == 0, done.stderr
    return str(done.stdout).splitlines()


def data_of(*arguments: object) -> dict[str, Any]:
    """What a verb's document says."""
    data: dict[str, Any] = json.loads("\n".join(lines_of(*arguments, "--json")))["data"]
    return data


def cell(value: float | None, decimals: int = 0) -> str:
    """A number as a terminal shows it; scores of 100 have no decimals."""
    if value is None:
        return DASH
    return "100" if decimals and value == 100 else f"{value:.{decimals}f}"


@pytest.mark.parametrize("method", ["standard", METHOD])
def test_show_prints_the_scores_and_ranks_of_its_document(
    alder: tuple[str, ...], method: str
) -> None:
    """Each rated town's line has the rank and the score of the document, in the same order."""
    asked = ("show", *alder, *MONTH, "--method", method)
    towns = [town for town in data_of(*asked)["towns"] if town["rank"] is not None]
    shown = [line.split() for line in lines_of(*asked) if re.match(r" *\d+ +\S+ +[A-Z]", line)]
    assert len(towns) >= 2
    assert [[str(town["rank"]), town["town_name"]] for town in towns] == [
        [line[0], line[2]] for line in shown
    ]
    for town, line in zip(towns, shown, strict=True):
        assert cell(town["score"], 1) in line


@pytest.mark.parametrize("method", ["standard", METHOD])
@pytest.mark.parametrize("town", ["Alder", "002", "Birch", "003"])
def test_explain_adds_up_to_its_document(alder: tuple[str, ...], method: str, town: str) -> None:
    """The categories' points are the document's, and their sum is 100 less the score."""
    asked = ("explain", town, *alder, *MONTH, "--method", method)
    data, lines = data_of(*asked), lines_of(*asked)
    lost = [row["points_lost"] for row in data["components"]]
    at = next(n for n, line in enumerate(lines) if line.startswith("Category"))
    shown = [line.split()[-1] for line in lines[at + 1 :]]
    known = [points for points in lost if points is not None]
    score = data["ranking"]["score"]
    assert (score is None) == (known == [])
    assert [*(cell(points, 1) for points in lost)] == [
        "100.0" if text == "100" else text for text in shown[:-1]
    ]
    assert shown[-1] == (DASH if score is None else f"{100 - score:.1f}")


def test_columns_that_a_method_leaves_empty_are_not_printed(alder: tuple[str, ...]) -> None:
    """Severities belong to the standard method: no other has a column of blanks."""
    heads = {
        method: next(
            line for line in lines_of("explain", "Birch", *alder, *MONTH, "--method", method)
            if line.startswith("Category")
        )
        for method in ("standard", METHOD)
    }  # fmt: skip
    assert {"standard": True, METHOD: False} == {
        method: "Severity" in head for method, head in heads.items()
    }


COMPARISONS = {
    "two editions": ("2025-02", "2025-03"),
    "two editions of two methods": ("2025-03/r0", f"{METHOD}:2025-03"),
    "two methods": ("--methods", "standard", METHOD, *MONTH),
}


@pytest.mark.parametrize("case", COMPARISONS)
def test_compare_prints_its_document(alder: tuple[str, ...], case: str) -> None:
    """Scores, ranks and places moved of every town are the document's."""
    asked = ("compare", *COMPARISONS[case], *alder)
    data, lines = data_of(*asked), lines_of(*asked)
    assert [f"{data[key]['method']}/{data[key]['period']}" for key in ("first", "second")] == {
        "two editions": ["standard/2025-02", "standard/2025-03"],
    }.get(case, ["standard/2025-03", f"{METHOD}/2025-03"])
    for town in data["towns"]:
        line = next(line.split() for line in lines if line.startswith(f"{town['town_name']} "))
        shift = DASH if town["shift"] is None else f"{town['shift']:+.0f}"
        assert line[1:6] == [
            *(cell(town[f"score_{side}"], 1) for side in "ab"),
            *(cell(town[f"rank_{side}"]) for side in "ab"),
            shift,
        ]


def test_the_points_of_a_comparison_are_the_difference_of_the_scores(
    alder: tuple[str, ...],
) -> None:
    """By town, the points lost in B less those in A sum to the score of A less that of B."""
    data = data_of("compare", *COMPARISONS["two editions of two methods"], *alder)
    rated = [town for town in data["towns"] if None not in (town["score_a"], town["score_b"])]
    assert rated
    for town in rated:
        moved = sum(town["points_by_category"].values())
        assert moved == pytest.approx(town["score_a"] - town["score_b"], abs=1e-6)


def test_an_edition_beside_itself_has_not_moved(alder: tuple[str, ...]) -> None:
    """No reason, no place and no point of difference."""
    data = data_of("compare", "2025-03", "2025-03/r0", *alder)
    assert ([], 0.0) == (data["reasons"], data["mean_places_moved"])
    assert {} == {key: town["points_by_category"] for town in data["towns"]
                  for key in town["points_by_category"]}  # fmt: skip


REASONS = {
    "two editions": ["period"],
    "two editions of two methods": ["method_id"],
    "two methods": ["method_id"],
}


@pytest.mark.parametrize("case", REASONS)
def test_what_differs_is_named(alder: tuple[str, ...], case: str) -> None:
    """Another period or another method is a reason; the same records are none."""
    assert REASONS[case] == data_of("compare", *COMPARISONS[case], *alder)["reasons"]


def test_comparing_methods_stores_nothing(alder: tuple[str, ...]) -> None:
    """Two methods are computed for the comparison alone: the history stays as it is."""
    before = lines_of("history", *alder)
    data_of("compare", "--methods", "mexico-semaforo", "zhuhai-2014", *alder, *MONTH)
    assert before == lines_of("history", *alder)


WRONG = {  # arguments -> exit code, seen, advice
    ("compare", "2025-03", "yesterday"): (2, "'yesterday' names no edition", "history"),
    ("compare", "2025-03", "2025-03/rx"): (2, "'2025-03/rx' names no edition", "history"),
    ("compare", "2025-03", "nobody:2025-03"): (2, "no method 'nobody'", "methods list"),
    ("compare", "2025-03", "2025-01"): (1, "no edition of 2025-01", "run --period 2025-01"),
    ("compare", "2025-03", "2025-03/r7"): (1, "no edition of 2025-03", "run --period 2025-03"),
    ("compare", "2025-03", "2025-02", "--period", "month"): (2, "beside two editions", "--methods"),
    ("compare", "--methods", "standard", "2025-03"): (2, "no method '2025-03'", "methods list"),
    ("compare", "2025-03"): (2, "Missing argument", "B"),
    ("show", "--period", "2024-12"): (1, "no edition of 2024-12", "run --period 2024-12"),
    ("show", "--method", "zhuhai-2014"): (1, "no edition", "run --method zhuhai-2014"),
    ("show", "--period", "fortnight"): (2, "--period fortnight", "--period month"),
    ("explain", "Atlantis", "--period", "2025-03"): (2, "no town 'Atlantis'", "show"),
}


@pytest.mark.parametrize("arguments", WRONG, ids=" ".join)
def test_wrong_names_are_refused_with_advice(
    alder: tuple[str, ...], arguments: tuple[str, ...]
) -> None:
    """Each has its exit code, says what was seen and what to try."""
    code, seen, advice = WRONG[arguments]
    done = call(*arguments, *alder)
    told = " ".join(done.stderr.split())
    assert code == done.exit_code, told
    assert seen in told
    assert advice in told


def test_a_town_that_is_not_rated_has_no_points(alder: tuple[str, ...]) -> None:
    """Neither verb tells points, nor a sum of 0.0 that looks like a score of 100."""
    explained = lines_of("explain", "Cedar", *alder, *MONTH)
    compared = data_of("compare", "2025-02", "2025-03", *alder)["towns"]
    [cedar] = [town for town in compared if town["town_name"] == "Cedar"]
    assert (None, None, {}) == (cedar["score_a"], cedar["score_b"], cedar["points_by_category"])
    assert "100 − score" in explained[-1]
    assert not any(sign.isdigit() for sign in explained[-1].removeprefix("100"))
