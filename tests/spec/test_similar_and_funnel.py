"""Similar towns and the funnel plot: what they say is what the edition holds."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.city import read_city
from pipeline.editions.edition import Edition
from reports.pages.funnel import render_funnel, town_counts, view_funnel
from reports.words.language import LANGUAGES, language
from tests.conftest import tree_bytes
from tests.spec.made_up_editions import county_month

TORONTO = read_city(Path(__file__).parents[2] / "data" / "cities" / "toronto")
N_SIMILAR = 8


def ranking(home: Path) -> pd.DataFrame:
    """The newest ranking of a home, from the file."""
    return pd.read_csv(home / "site" / "latest" / "ranking.csv", dtype={"town_id": str})


def nearest_by_hand(table: pd.DataFrame, at: int) -> pd.DataFrame:
    """A town and the eight whose residents are most alike in the logarithm; no area is known."""
    apart = np.abs(np.log(table["population"]) - np.log(table["population"].iloc[at]))
    apart.iloc[at] = -1
    return table.iloc[np.argsort(apart.to_numpy(), kind="stable")[: N_SIMILAR + 1]]


def test_each_town_is_set_beside_the_eight_most_alike_in_size(toronto_home: Path) -> None:
    """Rank, number and median are those of the eight nearest in residents, counted by hand."""
    table = ranking(toronto_home)
    by_id = table.sort_values("town_id").reset_index(drop=True)
    for at in (0, 17, 70, 139):
        group = nearest_by_hand(by_id, at)
        own = by_id.iloc[at]
        better = int((group["score"] > own["score"]).sum())
        assert better + 1 == own["similar_rank"]
        assert N_SIMILAR + 1 == own["similar_of"]
        assert pytest.approx(group["score"].iloc[1:].median(), abs=0.005) == own["similar_median"]


def made(folder: Path) -> Edition:
    """A month of the made-up county."""
    with county_month(folder) as (_, _, edition):
        return edition


def test_the_funnel_expects_by_residents_alone(tmp_path: Path) -> None:
    """Observed are the counts of the components; expected share the same sum out by residents."""
    edition = made(tmp_path / "alder")
    towns = town_counts(edition)
    counts = edition.components.groupby("town_id")["count"].sum()
    assert counts.to_dict() == towns["observed"].astype(int).to_dict()
    assert pytest.approx(towns["observed"].sum()) == towns["expected"].sum()
    per_head = towns["expected"] / towns["population"]
    assert pytest.approx(per_head.iloc[0]) == per_head.to_numpy()


def test_the_funnel_page_lists_whom_it_draws_outside(toronto_home: Path) -> None:
    """The filled dots of the picture are the rows of the table; there is one dot a town."""
    for code in LANGUAGES:
        page = (toronto_home / "internal" / "latest" / code / "funnel.html").read_text("utf-8")
        assert 140 == page.count("<circle ")
        rows = page.split("<tbody>")[1].count('<th scope="row"')
        assert rows == page.count('<circle class="outside"')
        assert rows > 0


def test_the_funnel_is_internal(toronto_home: Path) -> None:
    """Counts of towns stand in it: nothing of the public tree is called or links to a funnel."""
    for name, content in tree_bytes(toronto_home / "site").items():
        assert "funnel" not in name
        assert b"funnel.html" not in content


def test_without_incidents_there_is_no_funnel(tmp_path: Path) -> None:
    """A page says that no town differs, and draws nothing."""
    edition = made(tmp_path / "alder")
    empty = edition.components.assign(count=0)
    quiet = Edition(**{**vars(edition), "components": empty})
    city = read_city(tmp_path / "alder")
    assert () == view_funnel(quiet, city, language("en")).points
    page = render_funnel(quiet, city=city, language=language("en"))
    assert "<svg" not in page
    assert re.search("None: no town differs", page)
