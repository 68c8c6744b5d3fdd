"""Worked examples of methods that no shipped file has, and the small parts of a page."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indices.choices import Choice
from indices.composite.method import CompositeMethod, Source
from indices.composite.terms import ChangeSteps, Percentile
from pipeline.methods import MethodFile, find_method
from reports.pages.example import make_example
from reports.pages.example_sums import calculated, mean_of, sum_of
from reports.pages.example_words import example_steps
from reports.pages.method import render_method
from reports.pages.method_scales import percent, scale_curve, scale_table
from reports.pages.method_view import Marker, plain_number, source_lines
from reports.words.language import language
from tests.spec.pocket_calculator import evaluate, number, printed_score, score_by_hand, texts
from tests.spec.test_method_pages import example_texts, sums_in

ASSUMED = {"status": "assumed", "reason": "made up"}
EN = language("en")
Data = dict[str, Any]


def changed(name: str, change: Callable[[Data], None]) -> CompositeMethod:
    """A shipped method with something in it changed."""
    data = find_method(name).method.model_dump(mode="json")
    change(data)
    return CompositeMethod.model_validate(data)


def every_indicator(data: Data, **values: object) -> None:
    """Give all indicators the same values."""
    for pillar in data["pillars"].values():
        for indicator in pillar["indicators"].values():
            indicator.update(values)


def geometric(data: Data) -> None:
    """One bad score weighs on all."""
    data["aggregation"]["value"] = "geometric"


def cut_off(data: Data) -> None:
    """Two decimals, and what follows is cut."""
    data["rounding"] |= {"mode": "truncated", "decimals": 2}


def steep(data: Data) -> None:
    """Nearly all points are lost at the mean: deaths push the score below 0."""
    data["scales"]["against_mean"]["at_baseline"] = 1


def among_all(data: Data) -> None:
    """Only the places of the towns decide."""
    data["scales"] = {"place": {"kind": "percentile", **ASSUMED}}
    every_indicator(data, scale="place")


def similar(data: Data) -> None:
    """Compared with two similar towns."""
    data["baselines"] = {"peers": {"kind": "similar_towns", "n_peers": 2, **ASSUMED}}
    every_indicator(data, baseline="peers")


def last_year_of(whom: str) -> Callable[[Data], None]:
    """Compared with last year's mean of town or city."""

    def change(data: Data) -> None:
        data["baselines"]["district_last_year"]["of"] = whom

    return change


def fixed_points(data: Data) -> None:
    """Compared with nothing: fixed points."""
    points = {"kind": "breakpoints", "edges": [0, 4, 9], "scores": [100, 70, 0], **ASSUMED}
    data["scales"] = {"points": points}
    every_indicator(data, scale="points", baseline=None)


def beyond_the_points(data: Data) -> None:
    """All values lie beyond the last point."""
    points = {"kind": "breakpoints", "edges": [0, 1], "scores": [100, 40], **ASSUMED}
    data["scales"] = {"points": points}
    every_indicator(data, scale="points", baseline=None)


def values_among_all(data: Data) -> None:
    """External values by their place among the towns."""
    data["scales"]["points_off"] = {"kind": "percentile", **ASSUMED}


def worse_edge(data: Data) -> None:
    """A change that meets a limit has the worse score."""
    data["scales"]["light"]["edge_belongs_to"] = "worse"


def two_pillars(data: Data) -> None:
    """An index of two pillars, which weigh differently."""
    pillar = data["pillars"]["crime"]
    [first] = pillar["indicators"].values()
    second = {**first, "weight": {"value": 3, **ASSUMED}, "counts": ["theft"]}
    second["name"] = {"en": "Theft alone", "zh": "盗窃"}
    weight = {"value": 5, **ASSUMED}
    data["pillars"]["theft"] = {
        "name": pillar["name"],
        "weight": weight,
        "indicators": {"thefts_alone": second},
    }


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("huizhou-2016", geometric),
        ("huizhou-2016", cut_off),
        ("huizhou-2016", steep),
        ("huizhou-2016", among_all),
        ("huizhou-2016", similar),
        ("huizhou-2016", last_year_of("town")),
        ("huizhou-2016", last_year_of("city")),
        ("huizhou-2016", fixed_points),
        ("huizhou-2016", beyond_the_points),
        ("korea-grades", values_among_all),
        ("mexico-semaforo", worse_edge),
        ("dujiangyan-2020", geometric),
        ("canada-csi-total", two_pillars),
    ],
)
def test_examples_of_other_methods_add_up(name: str, change: Callable[[Data], None]) -> None:
    """Means, baselines, scales and roundings that no shipped file uses are worked through."""
    method = changed(name, change)
    steps = example_steps(make_example(method), EN)
    assert number(printed_score(steps)) == score_by_hand(method, steps)
    page = render_method(MethodFile(method, "0" * 64), language=EN)
    assert f"Printed: {printed_score(steps)}</p>" in page
    for text in example_texts(steps):
        for left, right in sums_in(text):
            assert float(evaluate(left)) == pytest.approx(float(number(right)), rel=1e-3, abs=1e-4)


@pytest.mark.parametrize("value", ["vehicles", "area_km2", "residents"])
def test_every_denominator_has_its_words(value: str) -> None:
    """The size of the towns is told in the unit that counts are divided by."""

    def change(data: Data) -> None:
        data["denominator"]["value"] = value

    method = changed("huizhou-2016", change)
    steps = example_steps(make_example(method), EN)
    assert number(printed_score(steps)) == score_by_hand(method, steps)


def test_a_warning_rule_and_dense_ranks_are_told() -> None:
    """What a method may have beside the shipped ones stands on its page with its mark."""

    def change(data: Data) -> None:
        rule = {"rule": "three_rises", "name": {"en": "three rises", "zh": "三连升"}, **ASSUMED}
        data["warnings"] = [rule]
        data["ties"]["value"] = "dense"

    page = render_method(MethodFile(changed("huizhou-2016", change), "0" * 64), language=EN)
    assert "A warning rises by the rule: three rises." in page
    assert "(1, 2, 2, 3)" in page


def test_steps_that_belong_to_the_worse_side() -> None:
    """The table says to which score a change that meets a limit belongs."""
    scale = ChangeSteps(
        kind="change_steps",
        edges=(-0.1, 0.2),
        scores=(100, 50, 0),
        edge_belongs_to="worse",
        status="assumed",
        reason="made up",
    )
    rows = texts(scale_table(scale, EN))
    assert [
        ["below \u221210 %", "100"],
        ["\u221210 % to below +20 %", "50"],
        ["+20 % or higher", "0"],
    ] == rows


def test_places_have_a_table_and_no_curve() -> None:
    """Where places decide there is no line from values to scores."""
    scale = Percentile(kind="percentile", status="assumed", reason="made up")
    assert scale_curve(scale, EN) is None
    assert ["75 %", "75"] == texts(scale_table(scale, EN))[1]


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (5.0, 4, "5"),
        (0.12344, 4, "0.1234"),
        (12345.5, 4, "12,345.5"),
        (-0.25, 2, "\u22120.25"),
        (-0.00001, 4, "0"),
        (100.0, 0, "100"),
        (20.0, 2, "20"),
    ],
)
def test_numbers_end_without_zeros(value: float, decimals: int, text: str) -> None:
    """No zeros at the end, thousands apart, a true minus sign and no minus before zero."""
    assert text == plain_number(value, EN, decimals)


@pytest.mark.parametrize(
    ("share", "text"), [(0.1, "+10 %"), (0.0, "0 %"), (-0.255, "\u221225.5 %")]
)
def test_changes_carry_their_sign(share: float, text: str) -> None:
    """A rise has a plus, a fall a minus, no change none."""
    assert text == percent(share, EN)


@pytest.mark.parametrize(
    ("expression", "result", "text"),
    [
        ("(5) × 10 ÷ 4", 12.5, "5 × 10 ÷ 4 = 12.5"),
        ("(5 + 6) × 10 ÷ 4", 27.5, "(5 + 6) × 10 ÷ 4 = 27.5"),
        ("5", 5.0, "5"),
    ],
)
def test_sums_are_written_without_needless_marks(expression: str, result: float, text: str) -> None:
    """One number needs no brackets, and what is its own result no equals sign."""
    assert text == calculated(expression, result, EN)


def test_weights_of_one_are_not_written() -> None:
    """3 incidents of weight 1 and 2 of weight 77."""
    assert "3 + 77 × 2" == sum_of([(1.0, 3.0), (77.0, 2.0)], EN)


@given(
    st.lists(st.tuples(st.integers(1, 99), st.integers(10, 100)), min_size=2, max_size=6),
    st.sampled_from(["arithmetic", "geometric"]),
)
def test_a_mean_is_written_as_it_is_computed(parts: list[tuple[int, int]], kind: str) -> None:
    """The sum that is written down comes to the weighted mean, whatever scores and weights are."""
    weights, scores = [float(w) for w, _ in parts], [float(s) for _, s in parts]
    whole = sum(weights)
    mean = sum(w * s for w, s in zip(weights, scores, strict=True)) / whole
    if kind == "geometric":
        mean = 1.0
        for weight, score in zip(weights, scores, strict=True):
            mean *= score ** (weight / whole)
    left, _, right = mean_of(scores, weights, mean, kind, EN).partition(" = ")
    assert float(evaluate(left)) == pytest.approx(mean, rel=1e-9)
    assert float(number(right)) == pytest.approx(mean, abs=1e-4)


def test_sources_are_read_before_the_colon() -> None:
    """Keys that the file knows become sources; any other text is told as it stands."""
    marker = Marker(
        source_lines(
            {"A": Source(title="First", url="https://example.org"), "B": Source(title="Second")}
        ),
        EN,
    )
    both = marker.mark(Choice(status="stated", source="A, B: table 3"))
    free = marker.mark(Choice(status="stated", source="C, table 3", reason="because"))
    assert (["First", "Second"], "table 3", "") == (
        [source.title for source in both.sources],
        both.detail,
        both.reason,
    )
    assert ((), "C, table 3", "because") == (free.sources, free.detail, free.reason)


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://example.org/a", "https://example.org/a"),
        ("http://example.org", "http://example.org"),
        ("javascript:alert(1)", ""),
        ("file:///etc/passwd", ""),
        (None, ""),
    ],
)
def test_only_web_addresses_become_links(url: str | None, kept: str) -> None:
    """A link of any other kind is left out."""
    [line] = source_lines({"A": Source(title="First", url=url)})
    assert kept == line.url
