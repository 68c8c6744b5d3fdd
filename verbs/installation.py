"""Verbs on the installation: doctor, config."""

from dataclasses import asdict

import typer

from pipeline.doctor import examine
from pipeline.settings import resolve_settings
from reports.listings import finding_lines, setting_lines
from verbs.answers import answer, reported
from verbs.options import CityOption, HomeOption, JsonOption, RecordsOption


def doctor(city: CityOption = None, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Look at what a night needs: versions, files, disk, records, and whether counts add up."""
    with reported("doctor", as_json=as_json):
        findings = examine(resolve_settings(city=city, home=home))
        healthy = all(finding.is_sound for finding in findings)
        data = {"findings": [asdict(finding) for finding in findings]}
        status = "ok" if healthy else "failed"
        answer("doctor", data, finding_lines(findings), as_json=as_json, status=status)
        if not healthy:
            raise typer.Exit(1)


def config(
    city: CityOption = None,
    home: HomeOption = None,
    records: RecordsOption = None,
    as_json: JsonOption = False,
) -> None:
    """The settings in force, and where each comes from."""
    with reported("config", as_json=as_json):
        settings = resolve_settings(city=city, home=home, records=records)
        named = {name: getattr(settings, name) for name in ("city", "home", "records", "memory")}
        data = {name: asdict(setting) for name, setting in named.items()}
        answer("config", data, setting_lines(named), as_json=as_json)
