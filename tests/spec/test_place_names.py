"""How the words of the records become towns: tables, codes, names, keys, districts."""

import unicodedata
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.city import City, read_city
from pipeline.places.names import match_places, place_key, suggest
from pipeline.places.spelling import read_name
from pipeline.settings import REPOSITORY
from tests.conftest import table_rows

CITIES = REPOSITORY / "data" / "cities"


@dataclass(frozen=True)
class Named:
    """A town as far as its names go."""

    town_id: str
    name: str
    name_zh: str
    district: str


TOWNS = tuple(
    Named(*row)
    for row in table_rows(
        """
        town_id | name              | name_zh   | district
        --------+-------------------+-----------+---------
        a1      | Abington Township |           | North
        h1      | Hatfield Borough  |           | North
        h2      | Hatfield Township |           | South
        m1      | Montgomery Township |         | South
        c1      | Cuixiang          | 翠香街道   | 香洲区
        q1      | Qianshan          | 前山街道   | 香洲区
        s1      | Guantang          | 官塘镇     | 香洲区
        d1      | Doumen Town       | 斗门镇     | 斗门区
        g1      | Ganwu             | 乾务镇     | 斗门区
        s2      | Guantang          | 官塘镇     | 斗门区
        z1      | Bonded Zone       | 保税区     | 香洲区
        b1      | Bay Street (76)   |           | South
        """
    )
)
TABLE = {
    "TWP OF ABINGTON X": "a1",
    "QIAN SHAN OFFICE": "q1",
    "HATFIELD PARK": "outside",
    "Montgomery": "m1",
}


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("ABINGTON TOWNSHIP", "abington"),
        ("Abington Twp.", "abington"),
        ("Township of Abington", "abington"),
        ("Ａｂｉｎｇｔｏｎ", "abington"),
        ("Côte-des-Neiges", "cotedesneiges"),
        ("Bay Street (76)", "baystreet"),
        ("Straße", "strasse"),
        ("Nanping Zhen", "nanping"),
        ("翠香街道办事处", "翠香"),
        ("翠香派出所", "翠香"),
        ("广东省珠海市香洲区翠香街道", "翠香"),
        ("珠海市公安局香洲分局前山派出所", "前山"),
        ("臺北市大安區", "大安"),
        ("乾縣", "干县"),
        ("乾县", "干县"),
        ("乾務鎮", "干务"),
        ("红旗岭镇", "红旗岭"),
        ("南门市场街道", "南门市场"),
        ("दिल्ली", "दिल्ली"),
    ],
)
def test_spellings_of_one_place_have_one_key(name: str, key: str) -> None:
    """Width, case, accents, characters, blanks, marks, wider places and endings do not matter."""
    assert key == place_key(name)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Township", "township"),
        ("5 District", "5district"),
        ("Ward 5", "ward5"),
        ("(71)", "71"),
        ("东区", "东区"),
        ("东区街道", "东区"),
        ("城区街道", "城区"),
        ("旧县镇", "旧县"),
        ("红旗镇", "红旗"),
        ("街道", "街道"),
        ("—", "—"),
        ("  ", ""),
    ],
)
def test_a_key_keeps_a_name(name: str, key: str) -> None:
    """A word or ending is only left out where a name remains; 东 alone is none."""
    assert key == place_key(name)


NAMES = st.one_of(
    st.text(max_size=12),
    st.text("省市区县旗镇乡街道派出所公安分局新东乾隆臺鎮務門社小场 /", max_size=12),
    st.lists(
        st.sampled_from(["Town", "of", "city", "TWP", "Boro", "Alder", "5", "(7)", "县", "é", "-"]),
        max_size=5,
    ).map(" ".join),
)


@given(NAMES)
def test_the_key_of_a_key_is_itself(name: str) -> None:
    """Nothing more can be left out of a key."""
    assert place_key(name) == place_key(place_key(name))


@given(NAMES)
def test_a_name_never_comes_to_nothing(name: str) -> None:
    """Only a name without any visible mark has an empty key."""
    marks = unicodedata.normalize("NFKC", name).strip()
    visible = [mark for mark in marks if not "\u0300" <= mark <= "\u036f"]
    assert bool("".join(visible).strip()) <= bool(place_key(name))


@pytest.mark.parametrize(
    ("name", "word", "parents"),
    [
        ("Abington Twp", "township", ()),
        ("Borough of Hatfield", "borough", ()),
        ("前山街道派出所", "街道", ()),
        ("前山派出所", "", ()),
        ("珠海市斗门区乾务镇", "镇", ("珠海", "斗门")),
        ("珠海市公安局香洲分局", "区", ("珠海",)),
    ],
)
def test_a_name_tells_its_kind_and_the_wider_places(
    name: str, word: str, parents: tuple[str, ...]
) -> None:
    """The word for the kind of place is kept in one spelling, wider places by their keys."""
    read = read_name(name)
    assert (word, parents) == (read.word, read.parents)


@pytest.mark.parametrize(
    ("value", "target"),
    [
        # the table, as written and by key
        ("TWP OF ABINGTON X", "a1"),
        ("  QIAN SHAN OFFICE ", "q1"),
        ("Qian-Shan Office", "q1"),
        ("HATFIELD PARK", "outside"),
        # codes and names as written
        ("g1", "g1"),
        ("Hatfield Borough", "h1"),
        ("翠香街道", "c1"),
        # by key
        ("abington", "a1"),
        ("CUIXIANG SUBDISTRICT", "c1"),
        ("前山鎮", "q1"),  # a town that has become a subdistrict
        ("斗门派出所", "d1"),
        ("bay street (76)", "b1"),
        # a key of two towns: the whole name decides
        ("HATFIELD BORO", "h1"),
        ("township of hatfield", "h2"),
        # with a district
        ("South/HATFIELD", "h2"),
        ("香洲区/官塘", "s1"),
        ("斗门區/官塘鎮", "s2"),
        ("珠海市斗门区官塘镇", "s2"),
        ("广东省/珠海市/斗门区/官塘派出所", "s2"),
        ("斗门区/g1", "g1"),
        # an unknown district: the last part must do
        ("高新区/前山", "q1"),
        ("/Abington", "a1"),
        ("Somewhere/HATFIELD PARK", "outside"),
    ],
)
def test_a_value_finds_its_town(value: str, target: str) -> None:
    """Table before names, written before key, and a district narrows the choice."""
    assert {value: target} == match_places([value], TOWNS, TABLE)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "   ",
        "HATFIELD",  # of two towns
        "官塘镇",  # two towns have exactly this name
        "高新区/官塘",
        "Montgomery County",  # the table has a Montgomery, but that is a township
        "斗门区",  # the district, not the town in it
        "斗门分局",  # its police
        "斗门区/翠香街道",  # the district is known, and has no such town
        "Abington Borough",  # another kind of place
        "Elsewhere",
    ],
)
def test_nothing_is_guessed(value: str) -> None:
    """What could be two towns, or another place of the same name, stays unmatched."""
    assert {} == match_places([value], TOWNS, TABLE)


def test_two_lines_of_the_table_with_one_key_match_nothing_else() -> None:
    """Where the table itself holds a key twice, a third spelling is not decided by it."""
    table = {"SPRINGFIELD NORTH": "a1", "Springfield-North": "outside"}
    values = ["SPRINGFIELD NORTH", "Springfield-North", "springfield north"]
    assert table == match_places(values, TOWNS, table)


def test_a_name_with_a_separator_is_one_name() -> None:
    """A town called "Waterloo/Cedar" is not the town Cedar in Waterloo."""
    towns = (*TOWNS, Named("w1", "Waterloo/Cedar", "", ""), Named("w2", "Cedar", "", ""))
    values = ["WATERLOO / CEDAR", "Bremer/Cedar"]
    assert {"WATERLOO / CEDAR": "w1", "Bremer/Cedar": "w2"} == match_places(values, towns, {})


WORDS = st.text("ab ", min_size=1, max_size=3).map(str.strip).filter(bool)
SUFFIXES = st.sampled_from(["", " Township", " Twp", " Borough", "镇", "街道", " County"])
SPELT = st.builds(lambda word, suffix: word + suffix, WORDS, SUFFIXES)
SOME_TOWNS = st.lists(
    st.tuples(SPELT, st.one_of(st.just(""), SPELT), st.sampled_from(["", "N", "S"])), max_size=6
).map(lambda rows: tuple(Named(f"id-{n}", *row) for n, row in enumerate(rows)))


@given(towns=SOME_TOWNS, other=st.dictionaries(SPELT, st.just("outside"), max_size=3))
def test_a_name_of_one_town_finds_it_whatever_else_there_is(
    towns: tuple[Named, ...], other: dict[str, str]
) -> None:
    """A town's own name as written is found, unless the table has that very word."""
    named = [(name, town) for town in towns for name in (town.name, town.name_zh) if name]
    expected = {
        name: other.get(name, town.town_id)
        for name, town in named
        if len({t.town_id for n, t in named if n == name}) == 1
    }
    assert expected == match_places(list(expected), towns, other)


@given(towns=SOME_TOWNS, word=WORDS)
def test_a_key_of_two_towns_finds_neither(towns: tuple[Named, ...], word: str) -> None:
    """A bare key that several towns share is matched only where one of them is called just so."""
    sharing = {
        town.town_id
        for town in towns
        for name in (town.name, town.name_zh)
        if name and place_key(name) == place_key(word)
    }
    bare = {
        town.town_id
        for town in towns
        for name in (town.name, town.name_zh)
        if name and read_name(name).full == read_name(word).full
    }
    as_nobody_writes_it = f"{word}."
    found = match_places([as_nobody_writes_it], towns, {}).get(as_nobody_writes_it)
    if len(sharing) > 1 and len(bare) != 1:
        assert found is None
    else:
        assert found in {None, *sharing}


def test_suggestions_are_the_towns_spelt_most_alike() -> None:
    """The closest names come first, as the city writes them, and nothing far away comes at all."""
    assert [
        ["Abington Township"],
        ["斗门镇"],
        ["Hatfield Borough"],
        [],
    ] == [suggest(v, TOWNS) for v in ("Abbingtn Twp", "香洲区/斗們鎮", "HATFEILD", "Zzz")]


def test_at_most_so_many_suggestions() -> None:
    """`n` bounds the list."""
    assert 1 == len(suggest("Cuishan", TOWNS, n=1))


@pytest.mark.parametrize("name", ["montgomery-pa", "toronto"])
def test_places_of_the_real_cities_keep_their_answers(name: str) -> None:
    """Each word of a city's table has the answer of the table, also in capitals."""
    city = read_city(CITIES / name)
    towns = tuple(city.towns.values())
    assert city.places == match_places(city.places, towns, city.places)
    capitals = {word.upper(): target for word, target in city.places.items()}
    assert capitals == match_places(capitals, towns, city.places)


@pytest.mark.parametrize("name", ["montgomery-pa", "toronto"])
def test_the_real_cities_could_do_without_their_tables(name: str) -> None:
    """From the towns' names alone each place finds its town, and no place outside finds one."""
    city: City = read_city(CITIES / name)
    inside = {word: target for word, target in city.places.items() if target != "outside"}
    assert inside == match_places(city.places, tuple(city.towns.values()), {})
