"""JSON, JSON lines and GeoJSON with broken, odd and missing parts: each record has its verdict."""

import json
from pathlib import Path

import pytest

from tests.spec.hostile_files import (
    GOOD_ROW,
    Declared,
    Judged,
    Refused,
    alder,
    assert_judged,
    assert_refused,
)

TEN_MEGABYTES = 10_000_000
JSON = Declared(file='format = "json"')


def record(number: int, **others: object) -> dict[str, object]:
    """A record; `others` replace or add keys."""
    keys = ("when", "town", "kind")
    return {"id": str(number), **dict(zip(keys, GOOD_ROW, strict=True)), **others}


def json_lines(*records: object) -> bytes:
    """A record a line; a text is a line as it is."""
    written = [part if isinstance(part, str) else json.dumps(part) for part in records]
    return "".join(f"{line}\n" for line in written).encode()


def keyed(key: str) -> Judged:
    """A record whose town stands under an odd key."""
    return Judged(
        json_lines(record(1, **{key: "BIRCH"}), record(2, when="soon")),
        2,
        [(2, "unreadable_time")],
        places={"BIRCH": 1},
        declared=Declared(file=JSON.file, place=f"column = {json.dumps(key)}"),
    )


TWICE = '{"id":"%d","when":"2025-02-03","town":"ALDER","town":"BIRCH","kind":"ASSAULT"}'
DEEP = "[" * 400_000 + "]" * 400_000
JSON_FILES = {
    "a broken line and lines of other things among good ones": Judged(
        json_lines(record(1), '{"id": "2", "when"', record(3), [1], 7, "null", record(7)),
        7,
        [(2, "unreadable_line"), (4, "no_object"), (5, "no_object"), (6, "no_object")],
        declared=JSON,
    ),
    "a broken first line": Judged(
        json_lines("id,when", record(2), record(3, town="A" * TEN_MEGABYTES), "x"),
        4,
        [(1, "unreadable_line"), (3, "line_too_long"), (4, "unreadable_line")],
        declared=JSON,
    ),
    "a cell of 10 MB between blank lines": Judged(
        json_lines("", record(1), "", record(2, town="A" * TEN_MEGABYTES), "", record(3, id="")),
        3,
        [(2, "line_too_long"), (3, "missing_identity")],
        declared=JSON,
    ),
    "bytes that are no UTF-8 behind blank lines": Judged(
        json_lines(record(1), "", "", record(2, town="#"), record(3)).replace(b"#", b"\xff"),
        3,
        [(2, "bad_encoding")],
        declared=JSON,
    ),
    "a line of blanks is a row": Judged(
        json_lines(record(1), "   ", record(3)), 3, [(2, "unreadable_line")], declared=JSON
    ),
    "elements that are no objects": Judged(
        json.dumps([record(1), None, 7, [record(2)], "x", record(6, when="soon")]).encode(),
        6,
        [*((n, "no_object") for n in (2, 3, 4, 5)), (6, "unreadable_time")],
        declared=JSON,
    ),
    "a column twice in a record": Judged(
        json_lines(record(1), TWICE % 2, record(3)), 3, [(2, "unreadable_line")], declared=JSON
    ),
    "a column twice in the only record": Judged(
        f"[{TWICE % 1}]".encode(), 1, [(1, "unreadable_line")], declared=JSON
    ),
    "a column twice that nobody declared": Judged(
        json_lines('{"note":1,"note":2,' + json.dumps(record(1))[1:]), 1, declared=JSON
    ),
    "deeply nested": Judged(
        json_lines(record(1), f'{{"id":"2","town":{DEEP}}}', record(3)),
        3,
        [(2, "missing_time")],
        declared=JSON,
    ),
    "NaN and infinities are no numbers of people": Judged(
        json_lines(
            *(record(n, dead=float(x)) for n, x in enumerate(("nan", "inf", "1", "-inf"), 1))
        ),
        4,
        [(1, "unreadable_number"), (2, "unreadable_number"), (4, "negative_number")],
        declared=Declared(file=JSON.file, more='[casualties]\ndeaths = "dead"'),
    ),
    "NaN for a time": Judged(
        json_lines(record(1), record(2, when=float("nan"))),
        2,
        [(2, "unreadable_time")],
        declared=JSON,
    ),
    "NUL and half a pair as escapes": Judged(
        json_lines(record(1, town="A\0B"), '{"id":"2","town":"\\ud800"}'),
        2,
        [(2, "unreadable_line")],
        places={"A\0B": 1},
        declared=JSON,
    ),
    **{
        f"the key {key!r}": keyed(key) for key in ("a.b", 'a"b', "it's", "a\\b", "$", "[0]", "json")
    },
    "a nested key": Judged(
        json_lines(record(1, at={"town": "BIRCH"}), record(2, at=None), record(3, at="x")),
        3,
        places={"BIRCH": 1, None: 2},
        declared=Declared(file=JSON.file, place='column = "at.town"'),
    ),
}
POSITIONS = 'longitude = "longitude"\nlatitude = "latitude"'
GEOJSON = Declared(file='format = "geojson"', place=POSITIONS)


def feature(number: int, kind: str = "Point", at: object = (1.5, 0.5), **others: object) -> object:
    """A feature; without a position its geometry is null."""
    geometry = {"type": kind, "coordinates": at} if at else None
    return {"type": "Feature", "properties": record(number, **others), "geometry": geometry}


def collection(*features: object) -> bytes:
    """A GeoJSON document."""
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


RING = [[[1, 0], [2, 0], [2, 1], [1, 0]]]
GEOJSON_FILES = {
    "no position, areas and nonsense are not located": Judged(
        collection(
            feature(1),
            feature(2, at=None),
            feature(3, "Polygon", RING),
            feature(4, "MultiPoint", [[1.5, 0.5]]),
            feature(5, at=("x", None)),
            feature(6, at=(float("inf"), float("nan"))),
            feature(7, at=[1e300, 999]),
            feature(8, at=[2.5, 0.5, 100]),
        ),
        8,
        places={"001": 1, "002": 1, None: 6},
        declared=GEOJSON,
    ),
    "features that are none": Judged(
        collection(
            feature(1), None, 7, {"type": "Feature", "properties": None}, feature(5, when="?")
        ),
        5,
        [(2, "no_object"), (3, "no_object"), (4, "missing_time"), (5, "unreadable_time")],
        declared=GEOJSON,
    ),
}
JUDGED = {**JSON_FILES, **GEOJSON_FILES}


@pytest.mark.parametrize("name", JUDGED)
def test_each_row_has_one_verdict(tmp_path: Path, name: str) -> None:
    """Bad rows are counted with their number and one reason; all others are accepted as written."""
    with alder(tmp_path / "alder", JUDGED[name].declared) as county:
        assert_judged(county, JUDGED[name])


ARRAY = json.dumps([record(1), record(2)]).encode()
REFUSED = {
    "an array, cut off": Refused(ARRAY[:-30], "not readable as JSON", JSON),
    "an array without its last bracket": Refused(ARRAY[:-1], "not readable as JSON", JSON),
    "two arrays": Refused(ARRAY + ARRAY, "not readable as JSON", JSON),
    "an array and a record": Refused(
        ARRAY + b"\n" + json_lines(record(3)), "not readable as JSON", JSON
    ),
    "an array with bytes that are no UTF-8": Refused(
        ARRAY.replace(b"ALDER", b"\xff"), "not readable as JSON", JSON
    ),
    "brackets without end": Refused(b"[" * 1_000_000, "not readable as JSON", JSON),
    "an empty array": Refused(b"[]", "no rows", JSON),
    "blank lines only": Refused(b"\n\n", "no rows", JSON),
    "a renamed key": Refused(json_lines({"ID": 1, "when": 2}), "missing column(s)", JSON),
    "a GeoJSON file, declared as JSON": Refused(
        collection(feature(1)), "found:    features, type", JSON
    ),
    "GeoJSON, cut off": Refused(collection(feature(1))[:-9], "not readable as JSON", GEOJSON),
    "GeoJSON with something behind it": Refused(
        collection(feature(1)) + b"x", "not readable as JSON", GEOJSON
    ),
    "GeoJSON without features": Refused(collection(), "no rows", GEOJSON),
    "GeoJSON, a feature a line": Refused(json_lines(feature(1), feature(2)), "no rows", GEOJSON),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_cannot_be_taken_is_refused_whole(tmp_path: Path, name: str) -> None:
    """The error says what is wrong with the file; nothing of it is kept."""
    case = REFUSED[name]
    with alder(tmp_path / "alder", case.declared) as county:
        assert_refused(county, lambda: county.deliver(case.content), case.words)
