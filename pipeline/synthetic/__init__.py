"""A synthetic city: records made from known rates, with known faults."""

from pathlib import Path

from pipeline.city import City
from pipeline.errors import ConfigurationMistake
from pipeline.sources.declaration import Source
from pipeline.synthetic.generate import generate_city
from pipeline.synthetic.load import LoadTest, write_load_test

__all__ = ["LoadTest", "generate_city", "generated_records", "write_load_test"]


def generated_records(city: City, source: Source, *, folder: Path) -> Path:
    """The folder with a source's made-up deliveries, made now if they are not there.

    Args:
        city: Whose towns the records are about.
        source: With a `[generator]`.
        folder: For all generated records of a home; each source has its own below it.

    Raises:
        ConfigurationMistake: If the source has no generator.
        StorageUnusable: See `generate_city`.
    """
    if source.generator is None:
        raise ConfigurationMistake(
            f"sources/{source.id}.toml has no [generator]",
            expected="seed, first, last and incidents_per_day, to make records from",
            try_next="add them, or put records of your own into the records folder",
        )
    target = folder / source.id
    generate_city(
        tuple(city.towns.values()),
        source.generator,
        target,
        districts_zh=city.about.district_names_zh,
    )
    return target
