"""What sources state about the methods of seven places, each fact with the keys of its sources.

The keys are those of [sources] in the method files.
"""

from typing import Any

FILES = {  # pillars, indicators, levels, formula
    "xiaogan-2020": (3, 6, 4, "not found"),
    "jiaxing-2016": (1, 1, 3, "not found"),
    "shenyang-growth": (1, 1, 3, "partly published"),
    "shanghai-15-weeks": (1, 1, 4, "partly published"),
    "korea-grades": (3, 9, 5, "partly published"),
    "mexico-semaforo": (1, 7, 3, "published"),
    "canada-csi-total": (1, 1, 0, "published"),
    "canada-csi-violent": (1, 1, 0, "published"),
    "canada-csi-nonviolent": (1, 1, 0, "published"),
}
CANADA = [name for name in FILES if name.startswith("canada")]
FIELDS = ("crime", "fire", "traffic")

# File, place, key, value, sources that state it.
STATED: list[tuple[str, str, str, Any, str]] = [
    ("xiaogan-2020", "period", "value", "month", "XG2"),
    ("jiaxing-2016", "patrol.share_to_worst", "value", 0.5, "S3"),
    ("shenyang-growth", "denominator", "value", "none", "SY1"),
    ("shanghai-15-weeks", "period", "value", "week", "SH1"),
    ("shanghai-15-weeks", "counting.time", "value", "reported", "SH1"),
    ("shanghai-15-weeks", "baselines.fifteen_weeks", "kind", "own_past", "SH1"),
    ("shanghai-15-weeks", "baselines.fifteen_weeks", "n_periods", 15, "SH1"),
    ("korea-grades", "period", "value", "year", "K3"),
    ("korea-grades", "denominator", "value", "residents", "K3, K5"),
    ("korea-grades", "denominator", "per", 10_000, "K3, K5"),
    ("korea-grades", "aggregation", "value", "arithmetic", "K1, K2"),
    *(
        (
            "korea-grades",
            f"pillars.{field}.indicators.{field}_{part}.weight",
            "value",
            weight,
            "K1, K2",
        )
        for field in FIELDS
        for part, weight in (("hazard", 50), ("vulnerability", 25), ("mitigation", 25))
    ),
    ("mexico-semaforo", "period", "value", "month", "SE1, SE2"),
    ("mexico-semaforo", "counting.time", "value", "reported", "SE2"),
    ("mexico-semaforo", "denominator", "value", "none", "SE2"),
    ("mexico-semaforo", "baselines.three_years", "kind", "own_past", "SE1, SE2"),
    ("mexico-semaforo", "baselines.three_years", "n_periods", 36, "SE1, SE2"),
    ("mexico-semaforo", "scales.light", "edges", [-0.25, 0], "SE1, SE2"),
    ("mexico-semaforo", "scales.light", "scores", [100, 50, 0], "SE1, SE2"),
    ("mexico-semaforo", "aggregation", "value", "arithmetic", "SE2"),
    *((name, "period", "value", "year", "CA1, CA3") for name in CANADA),
    *((name, "denominator", "value", "residents", "CA1, CA2") for name in CANADA),
    *((name, "scales.base_100", "kind", "ratio", "CA1") for name in CANADA),
    *((name, "aggregation", "value", "arithmetic", "CA1") for name in CANADA),
    *((name, "rounding", "decimals", 1, "CA3") for name in CANADA),
]

# The same where the table also holds a number of ours: marked as assumed, with the source.
STATED_BESIDE_OURS: list[tuple[str, str, str, Any, str]] = [
    ("korea-grades", "scales.quota", "shares", [0.10, 0.25, 0.30, 0.25, 0.10], "K1, K2, K3"),
    ("korea-grades", "scales.points_off", "worst", 25, "K1, K2"),
    ("korea-grades", "scales.points_back", "best", 25, "K1, K2"),
    ("shenyang-growth", "scales.growth_constant", "kind", "change_steps", "SY1"),
    ("shanghai-15-weeks", "scales.against_mean", "kind", "change_steps", "SH1"),
]

# File, place: not told by any source, or told without the number.
ASSUMED = [
    ("xiaogan-2020", "denominator"),
    ("xiaogan-2020", "baselines.city"),
    ("xiaogan-2020", "scales.against_usual"),
    ("xiaogan-2020", "pillars.public_order.weight"),
    ("xiaogan-2020", "pillars.traffic.weight"),
    ("xiaogan-2020", "pillars.fire.weight"),
    ("xiaogan-2020", "pillars.public_order.indicators.drug_cases.weight"),
    ("xiaogan-2020", "aggregation"),
    ("xiaogan-2020", "levels"),
    ("jiaxing-2016", "period"),
    ("jiaxing-2016", "denominator"),
    ("jiaxing-2016", "baselines.all_areas"),
    ("jiaxing-2016", "scales.against_mean"),
    ("jiaxing-2016", "patrol"),
    ("jiaxing-2016", "levels"),
    ("shenyang-growth", "period"),
    ("shenyang-growth", "baselines.period_before"),
    ("shenyang-growth", "scales.growth_constant"),
    ("shenyang-growth", "levels"),
    ("shenyang-growth", "ladder.0"),
    ("shenyang-growth", "ladder.1"),
    ("shanghai-15-weeks", "scales.against_mean"),
    ("shanghai-15-weeks", "levels"),
    ("korea-grades", "scales.quota"),
    ("korea-grades", "pillars.crime.weight"),
    ("korea-grades", "levels"),
    ("mexico-semaforo", "levels"),
    *((name, "baselines.base_period") for name in CANADA),
]

# Which colour each level has, from the best, and the source of the palette.
PALETTES = {
    "jiaxing-2016": (["green", "orange", "red"], "S3"),
    "shenyang-growth": (["green", "orange", "red"], "SY1"),
    "shanghai-15-weeks": (["grey", "orange", "red", "black"], "SH1"),
    "mexico-semaforo": (["green", "yellow", "red"], "SE1, SE2"),
}

# Incidents before and now (rates where the file has them), and the level that follows.
STEPS = [
    ("shenyang-growth", 100, 99, 1),  # falls: green
    ("shenyang-growth", 100, 100, 1),  # unchanged: not told, taken for green
    ("shenyang-growth", 100, 105, 2),  # rises below the constant: orange
    ("shenyang-growth", 100, 110, 2),  # exactly the constant: not told, taken for orange
    ("shenyang-growth", 100, 111, 3),  # rises above it: red
    ("shenyang-growth", 0, 0, 1),
    ("shanghai-15-weeks", 100, 80, 1),
    ("shanghai-15-weeks", 100, 100, 2),
    ("shanghai-15-weeks", 100, 101, 3),  # above the mean: red
    ("shanghai-15-weeks", 100, 150, 3),
    ("shanghai-15-weeks", 100, 151, 4),  # far above it: black
    ("mexico-semaforo", 100, 75, 1),  # at least 25 % below the mean: green
    ("mexico-semaforo", 100, 76, 2),
    ("mexico-semaforo", 100, 100, 2),
    ("mexico-semaforo", 100, 101, 3),  # above the mean: red
    ("jiaxing-2016", 10, 10, 1),
    ("jiaxing-2016", 10, 11, 2),
    ("jiaxing-2016", 10, 15, 2),
    ("jiaxing-2016", 10, 16, 3),
]

XIAOGAN_PUBLIC_ORDER = [
    "八类重大刑事案件",
    "多发性侵财警情",
    "电诈警情",
    "涉毒案件",
]
MEXICO_OFFENCES = {  # of eleven; those left out stand in not_shown
    "homicides": "homicidio",
    "kidnappings": "secuestro",
    "drug_dealing": "narcomenudeo",
    "burglaries": "robo a casa",
    "vehicle_thefts": "robo a vehículo",
    "rapes": "violación",
    "injuries": "lesiones",
}
