"""How fast to forget: every way of joining a long memory with the last days, on one yardstick.

python -m benchmarks.frontier_study prints the Markdown tables of "The frontier" in
docs/methods/standard.md and draws docs/methods/images/frontier.svg, in some minutes. Every random
draw is seeded. What is measured is told in `frontier_yardstick`, the candidates in
`frontier_candidates`.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from benchmarks.frontier_candidates import (
    ENDLESS,
    RECENT,
    YEAR,
    Candidate,
    Change,
    borne_out_rate,
    fading,
    flat,
    gated,
    local_level,
    log_gamma_poisson,
    shrunk_factor,
    standard,
    two_speeds,
    weighed,
    window_sums,
)
from benchmarks.frontier_picture import Dot, draw
from benchmarks.frontier_yardstick import (
    BEGIN,
    Measured,
    Yardstick,
    expected_in_14_days,
    periods,
    years,
)
from benchmarks.toronto import STEP, Study, load_study
from indices.arrays import FloatArray

PICTURE = Path(__file__).parent.parent / "docs" / "methods" / "images" / "frontier.svg"
LONG = fading(YEAR)  # half-life a year over three years
STARTS = (1, 2, 3, 5, 7, 10, 14, 21, 28)
FITTED = (Change(0.039, 7.05, 1.02, 58.6), 47.3)  # of `print_prior`, 2015 to 2018


def candidates() -> Iterator[Candidate]:
    """All but the standard method, family by family."""
    for days in (1, 7, 28, 91, YEAR):
        yield Candidate("one window", f"{days} days", flat(days))
    for half_life in (28, 56, 84, 182, YEAR):
        yield Candidate("one half-life, of three years", f"{half_life} days", fading(half_life))
    for share in (0.2, 0.4, 0.6, 0.8):
        yield Candidate("two half-lives, 365 and 14 days", f"{share:g} quick", two_speeds(share))
    for drift in (1e-4, 3e-4, 1e-3, 3e-3):
        yield Candidate("local level", f"drift {drift:g}", local_level(drift))
    for strength in (64, 32, 16, 8.4, 4):
        yield Candidate("year x (a + o)/(a + e)", f"a = {strength:g}", shrunk_factor(strength))
    for z in (2, 2.5, 3, 3.5):
        yield Candidate("year, or 14 days where LR > z²", f"z = {z:g}", gated(z))
    yield from _by_evidence()
    for chance in (0.05, 0.08, 0.11, 0.15, 0.2):
        yield Candidate("year, or what 14 days bear out", f"{chance:g}", borne_out_rate(chance))
    for chance in (0.05, 0.08, 0.11, 0.15, 0.2):
        rate = borne_out_rate(chance, LONG)
        yield Candidate("three years, or what 14 days bear out", f"{chance:g}", rate)
    for chance in (0.1, 0.15):
        rate = borne_out_rate(chance, LONG, (RECENT, 28))
        yield Candidate("three years, or what 14 or 28 days bear out", f"{chance:g}", rate)


def _by_evidence() -> Iterator[Candidate]:
    """Posterior means."""
    for share in (0.01, 0.03, 0.05, 0.1, 0.2):
        yield Candidate("year, Bayes factor of 14 days", f"p = {share:g}", weighed(Change(share)))
    for share in (0.03, 0.1):
        rate = weighed(Change(share), windows=STARTS)
        yield Candidate("year, change point, 9 starts in 28 days", f"p = {share:g}", rate)
    for share in (0.03, 0.05, 0.1, 0.15):
        rate = weighed(Change(share), LONG)
        yield Candidate("three years, Bayes factor of 14 days", f"p = {share:g}", rate)
    mixture, alone = FITTED
    yield Candidate("prior fitted on 2015 to 2018", f"a = {alone:g}", shrunk_factor(alone))
    yield Candidate("prior fitted on 2015 to 2018", "calm or changed", weighed(mixture))


CHOSEN = {
    ("one window", "365 days"),
    ("one half-life, of three years", "365 days"),
    ("year x (a + o)/(a + e)", "a = 8.4"),
    ("year, Bayes factor of 14 days", "p = 0.05"),
    ("three years, Bayes factor of 14 days", "p = 0.1"),
    ("year, or what 14 days bear out", "0.11"),
    ("three years, or what 14 days bear out", "0.11"),
    ("three years, or what 14 days bear out", "0.15"),
    ("standard method", "as it is"),
}
DRAWN = (
    "one half-life, of three years",
    "two half-lives, 365 and 14 days",
    "local level",
    "year x (a + o)/(a + e)",
    "year, or 14 days where LR > z²",
    "year, Bayes factor of 14 days",
    "three years, Bayes factor of 14 days",
    "year, or what 14 days bear out",
    "three years, or what 14 days bear out",
    "standard method",
)


def _print_table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print one Markdown table."""
    print(f"\n{title}\n\n| {' | '.join(head)} |\n|{' --- |' * len(head)}")
    for row in rows:
        print("|", " | ".join(row), "|")


def _percent(value: float) -> str:
    """Show a share."""
    return "–" if np.isnan(value) else f"{100 * value:.1f} %"


def print_candidates(yardstick: Yardstick, measured: list[Measured]) -> None:
    """The whole table."""
    small, large = yardstick.thirds()
    rows = []
    for m in measured:
        double = m.shown.double
        cells = [f"{m.agreement.mean():.3f}", f"{m.places.mean():.2f}"]
        cells += [f"{x.mean():.3f}" for x in (m.next_7, m.next_28)]
        parts = [double.mean(), np.median(double), double[:, small].mean(), double[:, large].mean()]
        parts += [x.mean() for x in (m.shown.triple, m.shown.week, m.shown.month)]
        rows.append([*m.candidate[:2], *cells, *(_percent(float(x)) for x in (*parts, m.false))])
    head = ["family", "setting", "halves", "places", "next 7", "next 28", "doubling shown"]
    head += ["median", "third with fewest", "with most", "tripling", "7 days", "28 days", "false"]
    _print_table(f"Candidates, {years()}", head, rows)
    for name, at in (("fewest", small), ("most", large)):
        low, high = expected_in_14_days(yardstick.counts, at)
        print(f"\nThird with {name}: {low:.1f} to {high:.1f} incidents in 14 days.")


def print_periods(measured: list[Measured]) -> None:
    """Chosen candidates before and from 2019 on; all were chosen with all years in view."""
    rows = []
    for m in measured:
        if m.candidate[:2] not in CHOSEN:
            continue
        cells = [*m.candidate[:2]]
        for period in (0, 1):
            for values in (m.places, m.next_7, m.next_28, m.shown.double):
                mean = m.mean(values, periods(values)[period])
                cells.append(_percent(mean) if values is m.shown.double else f"{mean:.3f}")
        rows.append(cells)
    head = [f"{what}, {p}" for p in ("-2018", "2019-") for what in ("places", "7", "28", "shown")]
    _print_table("By period", ["family", "setting", *head], rows)


def print_same_yardstick(measured: list[Measured]) -> None:
    """Places moved on every day against those measured on every 7th, for the plain windows."""
    rows = []
    for m in measured:
        if m.candidate.family in {"one window", "year x (a + o)/(a + e)"}:
            values = (m.agreement.mean(), m.next_7.mean(), m.next_28.mean())
            places = (f"{x.mean():.2f}" for x in (m.places, m.places[::STEP]))
            rows.append([*m.candidate[:2], *places, *(f"{x:.3f}" for x in values)])
    head = ["family", "setting", "places, every day", "every 7th", "halves", "next 7", "next 28"]
    _print_table(f"The yardstick, {years()}", head, rows)


def print_prior(study: Study) -> None:
    """How far 14 days really depart from the year before them, by greatest likelihood."""
    rows = []
    for name, begin, end in (("2015 to 2018", 14, 1460), ("2019 to 2021", 1461, 2527)):
        seen, expected = _fortnights(study, BEGIN + begin, BEGIN + end)
        calm = log_gamma_poisson(seen, expected, ENDLESS, 1.0).sum()
        alone, gain = _fit_one(seen, expected)
        change, more = _fit_change(seen, expected)
        cells = [f"{alone:.1f}", f"{gain - calm:.1f}", f"{change.share:.3f}", f"{change.shape:.2f}"]
        cells += [f"{change.mean:.2f}", f"{change.calm_shape:.1f}", f"{more - gain:.1f}"]
        rows.append([name, str(len(seen)), *cells])
    head = ["years", "fortnights", "a of one gamma", "gain over Poisson", "share changed"]
    head += ["their shape", "mean", "shape of the calm", "gain over one gamma"]
    _print_table("Fortnights against the year before, in step with the city", head, rows)


def _fortnights(study: Study, begin: int, end: int) -> tuple[FloatArray, FloatArray]:
    """Counts of 14 days and the expected ones, from the year before and the city's own change."""
    ends = np.arange(begin, end + 1, RECENT)
    n_days = len(study.counts)
    recent = window_sums(study.counts, RECENT, n_days)[ends]
    before = ends - RECENT
    known = np.minimum(before + 1, YEAR)[:, None]
    expected = RECENT * window_sums(study.counts, YEAR, n_days)[before] / known
    city = recent.sum(axis=1) / expected.sum(axis=1)
    return recent.ravel(), np.maximum(expected * city[:, None], 0.05).ravel()


def _fit_one(seen: FloatArray, expected: FloatArray) -> tuple[float, float]:
    """Shape of one gamma with mean 1, and the log likelihood."""

    def lacking(log: FloatArray) -> float:
        return -float(log_gamma_poisson(seen, expected, float(np.exp(log[0])), 1.0).sum())

    found = minimize(lacking, [3.0], method="Nelder-Mead")
    return float(np.exp(found.x[0])), -float(found.fun)


def _fit_change(seen: FloatArray, expected: FloatArray) -> tuple[Change, float]:
    """Calm or changed: two gammas, and the log likelihood."""

    def change(x: FloatArray) -> Change:
        return Change(float(1 / (1 + np.exp(-x[0]))), *(float(v) for v in np.exp(x[1:])))

    def lacking(x: FloatArray) -> float:
        c = change(x)
        calm = np.log1p(-c.share) + log_gamma_poisson(seen, expected, c.calm_shape, 1.0)
        changed = np.log(c.share) + log_gamma_poisson(seen, expected, c.shape, c.mean)
        return -float(np.logaddexp(calm, changed).sum())

    found = minimize(
        lacking, [-3.0, 1.4, 0.2, 4.0], method="Nelder-Mead", options={"maxiter": 2000}
    )
    return change(found.x), -float(found.fun)


def dots(measured: list[Measured]) -> list[Dot]:
    """What the picture shows."""
    return [
        Dot(family, m.shown.double.mean(), m.next_28.mean(), m.places.mean())
        for family in DRAWN
        for m in measured
        if m.candidate.family == family
    ]


def main() -> None:
    """Measure, print and draw everything."""
    study = load_study()
    yardstick = Yardstick(study)
    all_of_them = [
        *candidates(),
        standard(study),
        standard(study, 0.11),
        standard(study, 0.15, by_harm=True),
    ]
    measured = [yardstick.measure(candidate) for candidate in all_of_them]
    print_same_yardstick(measured)
    print_candidates(yardstick, measured)
    print_periods(measured)
    print_prior(study)
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    PICTURE.write_text(draw(dots(measured)), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
