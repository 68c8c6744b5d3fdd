"""Meanings that names of columns hint at."""

import pytest

from pipeline.survey.columns.names import (
    CATEGORY,
    IDENTITY,
    OCCURRED,
    PLACE,
    REPORTED,
    Hints,
    looks_personal,
    plain,
    points,
)

# meaning | names, the most telling first
RANKINGS: list[tuple[Hints, str]] = [
    (OCCURRED, "DATE OCC | Date | Date Rptd | Updated On"),
    (OCCURRED, "发生时间 | 时间 | 报警时间 | 更新时间"),
    (REPORTED, "Date Rptd | DATE OCC"),
    (REPORTED, "报警时间 | 受理时间 | 发生时间"),
    (CATEGORY, "Primary Type | Description | Location Description"),
    (CATEGORY, "反馈类别代码 | 明细 | 处理结果"),
    (CATEGORY, "Crime type | Last outcome category"),
    (PLACE, "Community Area | Ward | District | Beat | Zip Code | Street Type"),
    (PLACE, "镇街 | 辖区单位 | 所属分局 | 城市"),
    (IDENTITY, "接警单编号 | 流水号 | 序号"),
    (IDENTITY, "DR_NO | Incident | Beat"),
    (IDENTITY, "Full Complaint ID | Complaint Year | Arrest Id"),
]
PERSONAL = (
    *(
        "报警人",
        "联系电话",
        "身份证号",
        "事发地址",
        "事件详情",
        "处警情况",
        "bjrxm",
        "yhsfz",
        "afdz",
    ),
    *("Caller Name", "phone", "Block", "LOCATION", "Street Name", "narrative", "E-Mail", "DOB"),
)
NOT_PERSONAL = (
    *("辖区单位", "警情类别", "接警单编号", "LSOA name", "AREA NAME", "Location Type", "Offense"),
    *("Neighborhood Name", "反馈类别代码", "死亡人数", "Ward", "category"),
)


@pytest.mark.parametrize(("hints", "names"), RANKINGS)
def test_more_telling_names_have_more_points(hints: Hints, names: str) -> None:
    """The order of the table is the order of the points."""
    ranked = names.split(" | ")
    found = [points(name, hints) for name in ranked]
    assert found == sorted(found, reverse=True)
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("name", PERSONAL)
def test_names_that_point_at_persons(name: str) -> None:
    """Names, numbers, addresses and free text of people are known by their column's name."""
    assert looks_personal(name)


@pytest.mark.parametrize("name", NOT_PERSONAL)
def test_names_that_do_not(name: str) -> None:
    """Names of places, kinds and numbers of records are not."""
    assert not looks_personal(name)


def test_words_of_a_name_are_told_apart() -> None:
    """By marks, by blanks and by capitals."""
    assert ["date occ", "time stamp", "lsoa name", "辖区 单位"] == list(
        map(plain, ["DATE_OCC", "timeStamp", " LSOA  Name ", "辖区-单位"])
    )
