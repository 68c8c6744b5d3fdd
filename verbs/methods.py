"""Verbs on method files."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.calibrate import measure_usual_rates
from pipeline.methods import find_method, list_methods, method_as_data, read_method
from pipeline.session import open_session
from pipeline.store.warehouse import open_for_reading
from reports.listings import choice_lines, method_lines, rate_lines
from verbs.answers import answer, reported
from verbs.options import CityOption, HomeOption, JsonOption

methods_app = typer.Typer(no_args_is_help=True, help="The method files.")


@methods_app.command("list")
def methods_list(as_json: JsonOption = False) -> None:
    """All methods, with how much of each is stated and how much assumed."""
    with reported("methods", as_json=as_json):
        files = list_methods()
        data = {"methods": [method_as_data(file) for file in files]}
        answer("methods", data, method_lines(files), as_json=as_json)


@methods_app.command("show")
def methods_show(
    method: Annotated[str, typer.Argument(help="Id of the method.")], as_json: JsonOption = False
) -> None:
    """One method with every value and its origin."""
    with reported("methods", as_json=as_json):
        file = find_method(method)
        data = file.method.model_dump(mode="json") | {"sha256": file.sha256}
        answer("methods", data, choice_lines(file), as_json=as_json)


@methods_app.command("check")
def methods_check(
    file: Annotated[Path, typer.Argument(help="A method file.")], as_json: JsonOption = False
) -> None:
    """Check a method file: all its mistakes at once."""
    with reported("methods", as_json=as_json):
        read = read_method(file)
        answer("methods", method_as_data(read), method_lines([read]), as_json=as_json)


@methods_app.command("usual")
def methods_usual(
    city: CityOption = None, home: HomeOption = None, as_json: JsonOption = False
) -> None:
    """Measure the city's usual rates over its base period, to be frozen in its method.toml."""
    with reported("methods", as_json=as_json):
        session = open_session(city=city, home=home)
        with open_for_reading(session.home) as warehouse:
            base = session.city.calibration.base_period
            rates = measure_usual_rates(
                warehouse, session.city, session.standard, first=base.first, last=base.last
            )
        answer("methods", {"usual_per_100k_day": rates}, rate_lines(rates), as_json=as_json)
