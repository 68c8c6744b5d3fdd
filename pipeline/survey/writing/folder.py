"""A city folder from a survey: written whole or not at all, and never over another."""

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from zoneinfo import available_timezones

from pipeline.errors import WrongUsage
from pipeline.store.folders import make_folder, storage_errors
from pipeline.survey.doubts import NumberedDoubt
from pipeline.survey.found import Survey
from pipeline.survey.questions import left_out_doubt
from pipeline.survey.writing.city_files import city_file, method_file, readme
from pipeline.survey.writing.population import Populations, population_doubts, read_populations
from pipeline.survey.writing.source_file import source_file
from pipeline.survey.writing.tables import categories_csv, places_csv, towns_csv
from pipeline.survey.writing.toml_text import notes_of


@dataclass(frozen=True, kw_only=True)
class Written:
    """A city folder that was written, and what is left to do."""

    folder: Path
    files: tuple[str, ...]
    n_towns: int
    n_populations: int
    doubts: tuple[NumberedDoubt, ...]  # those of the survey first, under their numbers
    next_steps: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The same as plain data."""
        return {
            "folder": str(self.folder),
            "files": list(self.files),
            "towns": self.n_towns,
            "populations_filled": self.n_populations,
            "doubts": [doubt.as_json() for doubt in self.doubts],
            "next_steps": list(self.next_steps),
        }


def write_city_folder(
    folder: Path,
    survey: Survey,
    *,
    population: Path | None = None,
    name: str | None = None,
    timezone: str | None = None,
    method: str = "standard",
) -> Written:
    """Write the folder of a city.

    Args:
        folder: To be made; it may exist if it is empty.
        survey: What was found.
        population: A table with names or codes of the towns and numbers of residents.
        name: Of the city; the folder's name if there is none.
        timezone: Of the city, where it is known.
        method: Id of the method.

    Raises:
        WrongUsage: If the folder is there and not empty.
        SourceRefused: If the table of populations cannot be used.
        StorageUnusable: If it cannot be written.
    """
    _refuse(folder, timezone)
    left_out = [value for value, _ in survey.left_out_places]
    people = read_populations(population, survey.towns, left_out) if population else None
    doubts = _open_doubts(survey, people, timezone)
    steps = next_steps(folder, survey, people, doubts)
    name = name or folder.resolve().name
    about = notes_of(doubts, "city.toml")
    zone = timezone or survey.timezone
    texts = {
        "README.md": readme(survey, doubts, name=name, method=method),
        "city.toml": city_file(survey, about, city_id=city_id(folder), name=name, timezone=zone),
        "method.toml": method_file(survey, notes_of(doubts, "method.toml"), method=method),
        "towns.csv": towns_csv(survey, people),
        "places.csv": places_csv(survey, people),
        "categories.csv": categories_csv(survey),
        **{s.file: source_file(s, notes_of(doubts, s.file)) for s in survey.sources},
    }
    _write_whole(folder, texts)
    return Written(
        folder=folder,
        files=tuple(sorted(texts)),
        n_towns=len(survey.towns),
        n_populations=len(people.by_town) if people else 0,
        doubts=doubts,
        next_steps=steps,
    )


def _refuse(folder: Path, timezone: str | None) -> None:
    """Refuse what would write over something, or write what cannot be read."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise WrongUsage(
            f"{folder} is there and not empty",
            expected="the name of a folder that init makes: nothing is written over",
            try_next=f"safety-index init {folder}-2 --from FILE, or remove the folder",
        )
    if timezone and timezone not in available_timezones():
        raise WrongUsage(
            f"'{timezone}' is no time zone",
            expected="a name of the IANA database",
            try_next="--timezone Asia/Shanghai",
        )


def city_id(folder: Path) -> str:
    """An id from the folder's name."""
    words = re.sub(r"[^a-z0-9]+", "-", folder.resolve().name.lower())
    return re.sub(r"^[^a-z]+|-+$", "", words) or "my-city"


def _open_doubts(
    survey: Survey, people: Populations | None, timezone: str | None
) -> tuple[NumberedDoubt, ...]:
    """The doubts of the survey that are still open, and those about the populations."""
    words = people.words if people else {}
    left_out = [pair for pair in survey.left_out_places if pair[0] not in words]
    kept = [
        replace(numbered, doubt=left_out_doubt(left_out))
        if numbered.doubt.file == "places.csv"
        else numbered
        for numbered in survey.numbered_with(population_doubts(people) if people else [])
    ]
    return tuple(
        numbered
        for numbered in kept
        if not (timezone and numbered.doubt.key == "timezone")
        and not (numbered.doubt.file == "places.csv" and not left_out)
    )


def next_steps(
    folder: Path, survey: Survey, people: Populations | None, doubts: Sequence[NumberedDoubt]
) -> tuple[str, ...]:
    """What to do with the folder, as commands and edits in their order."""
    first = survey.sources[0]
    blocking = [numbered.number for numbered in doubts if numbered.doubt.blocks]
    steps = []
    if blocking:
        numbers = ", ".join(map(str, blocking))
        steps.append(f"decide doubt(s) {numbers}: the folder is refused until then")
    if not survey.towns:
        steps.append(f"list the towns with their populations in {folder / 'towns.csv'}")
    elif people is None or people.unmatched:
        steps.append(f"fill in the populations in {folder / 'towns.csv'}")
    if any(category.is_doubtful for category in survey.categories):
        steps.append(f"go through the lines marked DOUBT in {folder / 'categories.csv'}")
    city = f"--city {_quoted(str(folder))}"
    homes = {str(path.parent) for source in survey.sources for path in source.paths}
    run = f"safety-index run {city}"
    if len(homes) == 1:
        run += f" --records {_quoted(homes.pop())}"
    else:
        steps.append(f"put the files into {folder / 'records'}")
    return (
        *steps,
        f"safety-index check {_quoted(str(first.paths[0]))} --source {first.id} {city}",
        run,
    )


def _quoted(text: str) -> str:
    """A word as a shell takes it."""
    return text if re.fullmatch(r"[\w./:@-]+", text) else "'" + text.replace("'", "'\\''") + "'"


def _write_whole(folder: Path, texts: dict[str, str]) -> None:
    """Write aside, then rename: the folder is there whole or not at all."""
    folder = folder.resolve()
    parent = make_folder(folder.parent)
    with storage_errors(folder):
        aside = Path(mkdtemp(prefix=f".{folder.name}.", dir=parent))
        try:
            for name, text in texts.items():
                path = aside / name
                path.parent.mkdir(exist_ok=True)
                path.write_text(text, encoding="utf-8", newline="")
            (aside / "records").mkdir()
            aside.chmod(0o755)
            aside.replace(folder)
        except BaseException:
            shutil.rmtree(aside, ignore_errors=True)
            raise
