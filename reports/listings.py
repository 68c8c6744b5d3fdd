"""Plain lines for a terminal: methods, rates, findings, settings."""

from collections.abc import Iterator, Mapping, Sequence

from pipeline.doctor import Finding
from pipeline.editions.stale import EditionState
from pipeline.methods import AnyMethodFile, choices_of, method_as_data
from pipeline.settings import Setting
from pipeline.sources.text import visible


def method_lines(files: Sequence[AnyMethodFile]) -> Iterator[str]:
    """A line a method: how much of it is stated and how much assumed."""
    for row in map(method_as_data, files):
        yield (
            f"{row['id']:26} {row['version']:5} {row['formula']:17} "
            f"{row['stated']:3} stated, {row['assumed']:3} assumed  {row['sha256'][:12]}  "
            f"{visible(row['name']['en'])} · {visible(row['name']['zh'])}"
        )


def choice_lines(file: AnyMethodFile) -> Iterator[str]:
    """A line a value: where it comes from."""
    for path, value, status, origin in choices_of(file.method.model_dump(mode="json")):
        yield visible(f"{path} = {value}  [{status}: {origin}]")


def rate_lines(rates: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    """Usual rates as they stand in a city's method.toml."""
    for pillar, categories in rates.items():
        yield f"[pillars.{pillar}.usual_per_100k_day]"
        for code, rate in categories.items():
            yield f"{code} = {rate:.6f}"


def finding_lines(findings: Sequence[Finding]) -> Iterator[str]:
    """What doctor found, and what to try where it is bad."""
    for finding in findings:
        yield f"{'ok  ' if finding.is_sound else 'BAD '} {finding.name}: {finding.detail}"
        if not finding.is_sound:
            yield f"     try: {finding.try_next}"


def setting_lines(settings: Mapping[str, Setting[object]]) -> Iterator[str]:
    """The settings in force, and where each comes from."""
    for name, setting in settings.items():
        yield f"{name:8} {setting.value or '-'}  ({setting.origin})"


def state_lines(states: Sequence[EditionState]) -> Iterator[str]:
    """A line an edition: whether it is current, and why not."""
    for state in states:
        key = state.key
        told = f"stale: {', '.join(state.stale)}" if state.stale else "current"
        name = f"{key.period.label}/r{key.revision}"
        yield f"{key.method_id:26} {name:30} as of delivery {state.as_of_batch:<5} {told}"
