"""What the towns of a city are called."""

import re
from collections.abc import Sequence

from pipeline.survey.columns.names import plain

# Of a column's name: one, many, Chinese.
WORDS = (
    (r"neighbou?rhood|\bhood", ("neighbourhood", "neighbourhoods", "社区")),
    (r"community area", ("community area", "community areas", "社区")),
    (r"township|\btwp\b", ("township", "townships", "镇区")),
    (r"municip", ("municipality", "municipalities", "市镇")),
    (r"borough|\bboro\b", ("borough", "boroughs", "区")),
    (r"\bward\b", ("ward", "wards", "选区")),
    (r"lsoa", ("small area", "small areas", "小区域")),
    (r"派出所|辖区|轄區|管辖|管轄", ("station area", "station areas", "派出所辖区")),
    (r"行政区|行政區|区县|區縣|district|分局", ("district", "districts", "区")),
    (r"precinct|beat|division|\barea\b|sector|zone", ("police area", "police areas", "警区")),
)
TOWN = ("town", "towns", "镇街")


def town_words(columns: Sequence[str]) -> tuple[str, str, str]:
    """One, many, Chinese: by the name of the column that was chosen for the place."""
    text = " ".join(map(plain, columns))
    return next((words for pattern, words in WORDS if re.search(pattern, text)), TOWN)
