"""What every verb and flow works with: a city, its method, a home."""

from dataclasses import dataclass
from pathlib import Path

from indices.method import StandardMethod
from pipeline.city import City, read_city
from pipeline.methods import AnyMethodFile, MethodFile, find_method, find_standard
from pipeline.settings import Settings, resolve_settings


@dataclass(frozen=True)
class Session:
    """One city in one home."""

    settings: Settings
    city: City
    standard: MethodFile[StandardMethod]  # that the city is calibrated for
    methods: tuple[AnyMethodFile, ...]  # of a night; the first leads

    @property
    def method(self) -> AnyMethodFile:
        """The method whose editions lead: those on the front page."""
        return self.methods[0]

    def method_named(self, method_id: str) -> AnyMethodFile:
        """One of the night's methods."""
        return next(file for file in self.methods if file.method.id == method_id)

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
    *,
    city: Path | None = None,
    home: Path | None = None,
    records: Path | None = None,
    method: str | None = None,
) -> Session:
    """Resolve the settings, read the city and its methods; `method` stands for them alone.

    Raises:
        ConfigurationMistake: If a file of the city or the method is wrong.
        WrongUsage: If the environment or the city names what does not exist.
    """
    settings = resolve_settings(city=city, home=home, records=records)
    read = read_city(settings.city_folder)
    names = (method,) if method else read.about.methods
    return Session(
        settings,
        read,
        standard=find_standard(read.calibration.method),
        methods=tuple(find_method(name) for name in names),
    )
