"""What every verb and flow works with: a city, its method, a home."""

from dataclasses import dataclass
from pathlib import Path

from pipeline.city import City, read_city
from pipeline.methods import MethodFile, find_method
from pipeline.settings import Settings, resolve_settings


@dataclass(frozen=True)
class Session:
    """One city in one home."""

    settings: Settings
    city: City
    method: MethodFile

    @property
    def home(self) -> Path:
        """Folder that a run writes to."""
        return self.settings.home_folder

    @property
    def memory(self) -> str:
        """How much of it the counting may take."""
        return self.settings.memory.value

    @property
    def archive(self) -> Path:
        """Folder that keeps the bytes of deliveries."""
        return self.home / "archive"


def open_session(
    *, city: Path | None = None, home: Path | None = None, records: Path | None = None
) -> Session:
    """Resolve the settings, read the city and its method.

    Raises:
        ConfigurationMistake: If a file of the city or the method is wrong.
        WrongUsage: If the environment or the city names what does not exist.
    """
    settings = resolve_settings(city=city, home=home, records=records)
    read = read_city(settings.city_folder)
    return Session(settings, read, find_method(read.calibration.method))
