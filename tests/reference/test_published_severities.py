"""Severities that a method states against the published list they are stated from."""

import csv
import tomllib
from pathlib import Path

import pytest

from indices.method import StandardMethod

DATA = Path(__file__).parent / "data"
STANDARD = Path(__file__).parents[2] / "data" / "methods" / "standard.toml"
SCHEME = "StatCan-CSI-2006base"
OFFENCES = {  # as the published table calls them
    "robbery": "Robbery",
    "break_and_enter": "Breaking and entering",
    "auto_theft": "Motor vehicle theft",
    "theft_over": "Theft over $5000",
    "assault": "Assault level 2 (weapon or bodily harm)",
    "assault_victim": "Assault level 2 (weapon or bodily harm)",
    "weapon_threat": "Assault level 2 (weapon or bodily harm)",
    "stabbing": "Assault level 3 (aggravated)",
    "shooting": "Discharging firearm with intent",
    "homicide": "Murder (1st and 2nd degree)",
    "serious_assault": "Assault level 3 (aggravated)",
    "common_assault": "Assault level 1 (common)",
    "threat": "Assault level 1 (common)",
    "sexual_assault": "Sexual assault level 2",
    "kidnapping": "Robbery",
    "theft": "Theft under $5000",
    "fraud": "Fraud",
    "telecom_fraud": "Fraud",
    "criminal_damage": "Mischief",
    "criminal_incident": "Average weight over all offences",
    "public_order": "Disturbing the peace",
    "weapons_offence": "Assault level 2 (weapon or bodily harm)",
}
STATED = {
    "robbery",
    "break_and_enter",
    "auto_theft",
    "theft_over",
    "homicide",
    "serious_assault",
    "common_assault",
    "fraud",
    "criminal_damage",
    "criminal_incident",
    "public_order",
}


def published_weights() -> dict[str, float]:
    """Weight of each offence in the scheme."""
    with (DATA / "severity-weights.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["offence"]: float(row["weight"])
            for row in csv.DictReader(file)
            if row["scheme"] == SCHEME
        }


def standard_method() -> StandardMethod:
    """The standard method as it is shipped."""
    return StandardMethod.model_validate(tomllib.loads(STANDARD.read_text(encoding="utf-8")))


@pytest.mark.parametrize("category", OFFENCES)
def test_a_severity_is_the_published_weight_of_its_offence(category: str) -> None:
    """What names the Canadian scheme has the weight that the scheme gives."""
    weight = published_weights()[OFFENCES[category]]
    assert weight == standard_method().categories[category].severity.value


def test_every_severity_that_names_the_scheme_is_compared_with_it() -> None:
    """No category may name the published list without being in the list above."""
    naming = {
        code
        for code, category in standard_method().categories.items()
        if SCHEME in f"{category.severity.source} {category.severity.reason}"
    }
    assert set(OFFENCES) == naming


def test_whatever_is_stated_names_an_offence_of_the_scheme() -> None:
    """A stated severity quotes the name under which the published table lists it."""
    stated = {
        code: str(category.severity.source)
        for code, category in standard_method().categories.items()
        if category.severity.status == "stated"
    }
    assert STATED == stated.keys()
    assert all(
        source.replace(",000", "000") == f"{SCHEME}, {OFFENCES[code]}"
        for code, source in stated.items()
    )
