"""Which city, which home, which records, and where each of these values came from."""

import difflib
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from pipeline.errors import WrongUsage

REPOSITORY = Path(__file__).resolve().parents[1]
METHODS_FOLDER = REPOSITORY / "data" / "methods"
HOLIDAYS_FOLDER = REPOSITORY / "data" / "holidays"
VOCABULARY_FILE = REPOSITORY / "data" / "vocabulary.toml"
STANDARD = "standard"  # the method that every city is calibrated for
EMBEDDED_CITY = REPOSITORY / "data" / "cities" / "toronto"
PREFIX = "SAFETY_INDEX_"
MEMORY_VARIABLE = "SAFETY_INDEX_MEMORY"
VARIABLES = (
    "SAFETY_INDEX_CITY",
    "SAFETY_INDEX_HOME",
    "SAFETY_INDEX_RECORDS",
    MEMORY_VARIABLE,
)
DEFAULT_MEMORY = "2GB"
Value_co = TypeVar("Value_co", covariant=True)

# Prefect reads these when it is imported. Nothing shipped reports to anybody (promise 10).
PREFECT_DEFAULTS = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
    "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_CLI_PROMPT": "false",
    "PREFECT_LOGGING_LEVEL": "WARNING",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
}


@dataclass(frozen=True)
class Setting(Generic[Value_co]):
    """A value and its origin: an option, the environment or the default."""

    value: Value_co
    origin: str


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The three folders that every verb needs, and how much memory the counting may take."""

    city: Setting[Path]
    home: Setting[Path]
    records: Setting[Path | None]  # None: the city file decides
    memory: Setting[str]

    @property
    def city_folder(self) -> Path:
        """Folder of the city."""
        return self.city.value

    @property
    def home_folder(self) -> Path:
        """Folder that a run writes to."""
        return self.home.value


def resolve_settings(
    *,
    city: Path | None = None,
    home: Path | None = None,
    records: Path | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Settings:
    """Decide the folders: an option wins over the environment, that over the default.

    The default home is `var`, or `var/<name of the city folder>` for any other than the embedded
    city, so that two cities never share a site.

    Raises:
        WrongUsage: If the environment holds a SAFETY_INDEX_ variable that nothing reads.
    """
    _refuse_unknown_variables(environment)
    chosen = _first(city, "--city", "SAFETY_INDEX_CITY", environment) or Setting(
        EMBEDDED_CITY, "default: the embedded city"
    )
    embedded = chosen.value.resolve() == EMBEDDED_CITY
    default_home = Path("var") if embedded else Path("var") / chosen.value.resolve().name
    return Settings(
        city=chosen,
        home=_first(home, "--home", "SAFETY_INDEX_HOME", environment)
        or Setting(default_home, "default"),
        records=_first(records, "--records", "SAFETY_INDEX_RECORDS", environment)
        or Setting(None, "default: as the city file says"),
        memory=_memory(environment),
    )


def quiet_prefect(home: Path) -> None:
    """Set Prefect's defaults in the environment, its own files below `home`.

    Must run before Prefect is imported; what the environment already says is left alone.
    """
    for name, value in PREFECT_DEFAULTS.items():
        os.environ.setdefault(name, value)
    folder = Path(os.environ.setdefault("PREFECT_HOME", str((home / "prefect").resolve())))
    with suppress(OSError):  # a home that cannot be written is reported by the run itself
        folder.mkdir(
            parents=True, exist_ok=True
        )  # else Prefect's server fails to open its database


def _first(
    option: Path | None, flag: str, variable: str, environment: Mapping[str, str]
) -> Setting[Path] | None:
    """Take the option or the variable, whichever is given first."""
    if option is not None:
        return Setting(option, flag)
    if environment.get(variable):
        return Setting(Path(environment[variable]), variable)
    return None


def _memory(environment: Mapping[str, str]) -> Setting[str]:
    """How much memory DuckDB may take; what does not fit goes to the disk."""
    given = environment.get(MEMORY_VARIABLE)
    if not given:
        return Setting(DEFAULT_MEMORY, "default")
    if not re.fullmatch(r"[1-9]\d*(\.\d+)?\s?[MGT]i?B", given):
        raise WrongUsage(
            f"{MEMORY_VARIABLE} is '{given}'",
            expected="a number with a unit, as 500MB or 4GB",
            try_next=f"{MEMORY_VARIABLE}={DEFAULT_MEMORY}",
        )
    return Setting(given, MEMORY_VARIABLE)


def _refuse_unknown_variables(environment: Mapping[str, str]) -> None:
    """A misspelt variable would otherwise be ignored in silence."""
    for name in sorted(environment):
        near = difflib.get_close_matches(name, VARIABLES, n=1, cutoff=0.8)
        if name not in VARIABLES and (name.startswith(PREFIX) or near):
            raise WrongUsage(
                f"the environment holds {name}, which nothing reads",
                expected=", ".join(VARIABLES),
                try_next=f"rename it to {near[0]}" if near else f"unset {name}",
            )
