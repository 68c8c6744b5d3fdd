"""Options that several verbs share."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Lang(StrEnum):
    """Languages of terminal tables."""

    en = "en"
    zh = "zh"


CityOption = Annotated[
    Path | None,
    typer.Option(
        "--city", help="City folder. Default: the embedded city, Toronto.", show_default=False
    ),
]
HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home",
        help="Folder that a run writes to. Default: var, or var/NAME for another city.",
        show_default=False,
    ),
]
RecordsOption = Annotated[
    Path | None,
    typer.Option(
        "--records",
        help="Folder in which new files are looked for. Default: as the city file says.",
        show_default=False,
    ),
]
DAY = "Day. Default: the newest complete day."
DateOption = Annotated[
    str | None, typer.Option("--date", metavar="YYYY-MM-DD", help=DAY, show_default=False)
]
SourceOption = Annotated[
    str, typer.Option("--source", help="Source of the city, as its file in sources/ names it.")
]
MethodOption = Annotated[
    str | None,
    typer.Option(
        "--method",
        metavar="ID",
        help="Method. Default: as the city file says.",
        show_default=False,
    ),
]
PeriodOption = Annotated[
    str | None,
    typer.Option(
        "--period",
        metavar="PERIOD",
        help="day, week, ten_days, half_month, month, quarter, half_year or year; or one period as "
        "2019-03, 2019-W07, 2019-03-01--2019-03-20. Default: the method's own.",
        show_default=False,
    ),
]
BaseOption = Annotated[
    int | None,
    typer.Option(
        "--base",
        metavar="YEAR",
        min=1900,
        max=2200,
        help="Compare the headline categories with this year besides.",
        show_default=False,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
LangOption = Annotated[Lang, typer.Option("--lang", help="Language of tables.")]
FilesArgument = Annotated[
    list[Path], typer.Argument(help="The files of one delivery.", show_default=False)
]
