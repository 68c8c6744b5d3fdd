"""What is usual in a city: measured once over its base period, written down, and frozen.

A rate that was measured anew each night would move every past score with it.
"""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from pydantic import Field

from indices.choices import Code, Strict
from indices.method import Calibration
from pipeline.errors import ConfigurationMistake
from pipeline.methods import read_toml

USUAL_FILE = "usual.toml"
HEAD = """\
# What is usual in this city: incidents per 100,000 residents and day, {first} to {last}.
# Measured from batches 1 to {batch} when the first page was made, and frozen: late records do not
# move it. Remove this file to have it measured anew, as after a change of categories.csv.
first = {first}
last = {last}
"""

LEAST_WITH_DECIMALS = 0.001  # below it, six decimals would be too few digits

Rates = Mapping[str, Mapping[str, float]]  # pillar -> category -> rate


class UsualRates(Strict):
    """`usual.toml`."""

    first: date
    last: date
    pillars: dict[Code, dict[Code, float]] = Field(min_length=1)


def with_usual_rates(calibration: Calibration, folder: Path) -> Calibration:
    """The calibration with the measured rates, where method.toml states none.

    Raises:
        ConfigurationMistake: If both state them, or they are of other pillars.
    """
    path = folder / USUAL_FILE
    if not path.exists():
        return calibration
    stated = any(part.usual_per_100k_day for part in calibration.pillars.values())
    measured = read_toml(path, UsualRates).pillars
    if stated or not measured.keys() <= calibration.pillars.keys():
        raise ConfigurationMistake(
            f"{path}: method.toml {'states usual rates too' if stated else 'has other pillars'}",
            expected="the pillars of method.toml, with their usual rates in one of the two files",
            try_next=f"remove {USUAL_FILE}: it is measured anew at the next run",
        )
    pillars = {
        pillar: part.model_copy(update={"usual_per_100k_day": measured[pillar]})
        for pillar, part in calibration.pillars.items()
        if pillar in measured
    }
    return calibration.model_copy(update={"pillars": pillars})


def usual_file(rates: Rates, *, first: date, last: date, batch: int) -> str:
    """The text of `usual.toml`."""
    tables = [
        "\n".join(
            [f"[pillars.{pillar}]", *(f"{code} = {_written(rate)}" for code, rate in part.items())]
        )
        for pillar, part in rates.items()
    ]
    return "\n\n".join([HEAD.format(first=first, last=last, batch=batch).rstrip(), *tables]) + "\n"


def _written(rate: float) -> str:
    """Six decimals, or for the rarest kinds six digits: a rate is never written as 0.

    >>> _written(1.78593), _written(0.00000023)
    ('1.785930', '2.3e-07')
    """
    return f"{rate:.6f}" if rate >= LEAST_WITH_DECIMALS else f"{rate:.6g}"
