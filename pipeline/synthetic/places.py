"""How the synthetic register writes the name of a town: all ways that a reader has to know."""

from pipeline.towns import Town

SUFFIXES = ("街道", "镇")
TRADITIONAL = str.maketrans(
    "凤狮湾镇横万担区创发贸务联业产园门莲红济经汇税龙东华",
    "鳳獅灣鎮橫萬擔區創發貿務聯業產園門蓮紅濟經匯稅龍東華",
)
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
# Of the spellings below, in their order; the last has the rest.
SPELLING_SHARES = (0.62, 0.14, 0.06, 0.06, 0.06, 0.02, 0.03)
N_SPELLINGS = len(SPELLING_SHARES) + 1


def short_name(name: str) -> str:
    """The name without the word for its kind.

    >>> short_name("唐家湾镇"), short_name("翠香街道"), short_name("保税区")
    ('唐家湾', '翠香', '保税区')
    """
    for suffix in SUFFIXES:
        if name.endswith(suffix) and name != suffix:
            return name.removesuffix(suffix)
    return name


def station_name(name: str) -> str:
    """The police station of a town.

    >>> station_name("翠香街道")
    '翠香派出所'
    """
    return f"{short_name(name)}派出所"


def spellings(town: Town, district_zh: str) -> tuple[str, ...]:
    """All spellings of a town, in the order of `SPELLING_SHARES`."""
    name = town.name_zh or town.name
    return (
        name,
        short_name(name),
        name.translate(TRADITIONAL),
        f"{district_zh}{name}",
        station_name(name),
        f"{name}　",
        town.town_id,
        town.town_id.translate(FULL_WIDTH),
    )
