"""`safety-index init`: the document of a survey, and files in any combination of layouts."""

import json
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.survey.survey import survey_files
from tests.spec.unseen_files import delimited, moments

FORMATS = ("%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M", "%Y年%m月%d日", "%m/%d/%Y %I:%M %p")


def test_the_document_is_exact(tmp_path: Path) -> None:
    """What `--json` shows of a small file, to the last key."""
    rows = [(f"N{n}", f"2023-01-{n + 1:02}", ("Alder", "Birch")[n % 2], "Theft") for n in range(28)]
    path = tmp_path / "calls.csv"
    path.write_text(delimited(("case no", "date", "town", "offence"), rows), encoding="utf-8")
    document = json.loads(json.dumps(survey_files([path]).as_json()))
    assert document == {
        "sources": [
            {
                "id": "calls",
                "files": ["calls.csv"],
                "format": "csv",
                "encoding": "utf-8",
                "delimiter": ",",
                "quote": '"',
                "skip_lines": 0,
                "sheet": None,
                "rows": 28,
                "rows_unreadable": 0,
                "occurred": {
                    "column": "date",
                    "formats": ["%Y-%m-%d"],
                    "other_readings": [],
                    "share_read": 1.0,
                    "precision": "day",
                    "zone": "city",
                },
                "time_of_day": None,
                "reported": None,
                "category": ["offence"],
                "received": [],
                "place": ["town"],
                "place_name": None,
                "district": None,
                "position": None,
                "validity": None,
                "deaths": None,
                "injuries": None,
                "identity": {"columns": ["case no"], "repeats": "duplicate"},
                "left_out_personal": [],
                "left_out_unused": [],
                "first_day": "2023-01-01",
                "last_day": "2023-01-28",
                "last_day_is": "complete",
            }
        ],
        "towns": [
            {"town_id": "alder", "name": "Alder", "district": "", "rows": 14},
            {"town_id": "birch", "name": "Birch", "district": "", "rows": 14},
        ],
        "rows_not_located": 0,
        "places_left_out": [],
        "categories": [{"value": "Theft", "rows": 28, "category": "theft", "doubt": False}],
        "ready_mapping": None,
        "pillars": ["property"],
        "base_period": ["2023-01-01", "2023-01-28"],
        "timezone": None,
        "doubts": [
            {
                "number": 1,
                "file": "city.toml",
                "key": "timezone",
                "seen": "nothing in the values tells the time zone",
                "choices": ["America/New_York", "Europe/London", "Asia/Shanghai", "..."],
                "blocks": True,
            },
            {
                "number": 2,
                "file": "sources/calls.toml",
                "key": "delivery",
                "seen": "what the next delivery will hold cannot be seen from one file",
                "choices": [
                    "snapshot: each delivery holds everything, what is gone was withdrawn",
                    "append: each delivery holds what is new",
                ],
                "blocks": False,
            },
        ],
    }


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"]),
    mark=st.sampled_from([",", "\t", ";", "|"]),
    form=st.sampled_from(
        ["%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M", "%Y年%m月%d日", "%m/%d/%Y %I:%M %p"]
    ),
    title=st.booleans(),
)
def test_what_a_file_was_written_with_is_found_again(
    tmp_path: Path, encoding: str, mark: str, form: str, title: bool
) -> None:
    """Encoding, delimiter, lines above the header and format come back in any combination."""
    rows = [
        (f"A{n}", at.strftime(form), ("乾务镇", "斗门镇")[n % 2], ("盗窃", "诈骗, 电话")[n % 2])
        for n, at in enumerate(moments()[:300])
    ]
    text = delimited(("案件编号", "案发时间", "镇街", "案件类型"), rows, mark)
    path = tmp_path / "calls.csv"
    path.write_bytes((title * "警情统计表\r\n" + text).encode(encoding))
    source = survey_files([path]).sources[0]
    shape, time = source.shape, source.occurred
    assert time is not None
    assert (encoding.removesuffix("-sig"), mark, int(title), ((form,),), 300) == (
        shape.encoding.encoding,
        shape.delimiter,
        shape.skip_lines,
        time.choices,
        source.n_rows,
    )
