"""The verb that makes a city folder from somebody's own records: init."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.survey.columns.group import Named
from pipeline.survey.survey import survey_files
from pipeline.survey.writing.folder import write_city_folder
from reports.survey import print_survey
from verbs.answers import print_json, reported, step
from verbs.options import JsonOption

FolderArgument = Annotated[
    Path, typer.Argument(metavar="DIR", help="New folder for the city.", show_default=False)
]
FromOption = Annotated[
    list[Path],
    typer.Option(
        "--from", metavar="FILE...", help="Records to look at: files, or a folder of them."
    ),
]
# A shell writes several names for `--from *.csv`: those behind the first are arguments.
MoreArgument = Annotated[
    list[Path] | None, typer.Argument(metavar="FILE", hidden=True, show_default=False)
]
PopulationOption = Annotated[
    Path | None,
    typer.Option("--population", metavar="FILE", help="Table with the towns' residents."),
]
NameOption = Annotated[str | None, typer.Option("--name", help="Name of the city.")]
TimezoneOption = Annotated[
    str | None, typer.Option("--timezone", metavar="ZONE", help="As Asia/Shanghai.")
]

CategoryOption = Annotated[
    str | None,
    typer.Option("--category", metavar="COLUMN", help="Column with the kind of incident."),
]
PlaceOption = Annotated[
    str | None, typer.Option("--place", metavar="COLUMN", help="Column with the town.")
]


def init(
    folder: FolderArgument,
    files: FromOption,
    more: MoreArgument = None,
    population: PopulationOption = None,
    name: NameOption = None,
    timezone: TimezoneOption = None,
    category: CategoryOption = None,
    place: PlaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a city folder from records that nobody here has seen, its doubts marked."""
    with reported("init", as_json=as_json):
        with step("looking at the values"):
            survey = survey_files([*files, *(more or [])], named=Named(category, place, timezone))
        written = write_city_folder(
            folder, survey, population=population, name=name, timezone=timezone
        )
        if as_json:
            print_json("init", {"found": survey.as_json(), "written": written.as_json()})
        else:
            print_survey(survey, written)
