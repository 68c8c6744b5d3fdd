"""A composite method joined with what a city's records tell: the arrays that mathematics takes."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from indices.arrays import BoolArray, FloatArray, IntArray
from indices.composite.method import CompositeMethod, Indicator
from indices.vocabulary import Vocabulary

FATAL_AND_ALL = {"all": (1.0, 0.0), "fatal": (0.0, 1.0), "not_fatal": (1.0, -1.0)}


@dataclass(frozen=True, kw_only=True, eq=False)  # arrays have no single truth value
class CompositeRules:
    """Indicators in the order of the method's file; kinds in the order of the vocabulary."""

    method: CompositeMethod
    kinds: tuple[str, ...]  # that an indicator counts and the city's records tell
    indicators: tuple[str, ...]
    about: tuple[Indicator, ...]
    pillars: tuple[str, ...]
    indicator_pillar: IntArray  # (n_indicators,), positions in `pillars`
    indicator_weight: FloatArray  # (n_indicators,)
    pillar_weight: FloatArray  # (n_pillars,)
    severity: FloatArray  # (n_indicators, n_kinds), 0 where a kind does not belong
    of_all: FloatArray  # (n_indicators,), 1 where all incidents count, 0 where only fatal ones
    of_fatal: FloatArray  # (n_indicators,), 1 for fatal ones alone, -1 for all but them
    told: BoolArray  # (n_indicators,), False: nothing in the city's records speaks of it
    lacking: tuple[tuple[str, tuple[str, ...]], ...]  # indicator, its kinds that are not told


def resolve(
    method: CompositeMethod,
    vocabulary: Vocabulary,
    *,
    known_kinds: Collection[str],
    tells_deaths: bool,
) -> CompositeRules:
    """Join a method with the kinds that a city's records can tell.

    Args:
        method: The method.
        vocabulary: What its groups stand for.
        known_kinds: Kinds that the city's table of categories names.
        tells_deaths: Whether the records say how many died; "fatal" is missing where they do not.
    """
    rows = list(method.indicators)
    wanted = [_kinds_of(indicator, vocabulary) for _, _, indicator in rows]
    kinds = tuple(
        kind for kind in vocabulary.kinds if kind in known_kinds and any(kind in w for w in wanted)
    )
    pillars = tuple(method.pillars)
    about = tuple(indicator for _, _, indicator in rows)
    parts = np.array([FATAL_AND_ALL[indicator.only] for indicator in about])
    severity = np.array([_severities(i, w, kinds) for i, w in zip(about, wanted, strict=True)])
    told = severity.any(axis=1)
    told &= (parts[:, 1] == 0) | tells_deaths
    told |= np.array([indicator.external is not None for indicator in about])
    return CompositeRules(
        method=method,
        kinds=kinds,
        indicators=tuple(code for _, code, _ in rows),
        about=about,
        pillars=pillars,
        indicator_pillar=np.array([pillars.index(pillar) for pillar, _, _ in rows]),
        indicator_weight=np.array([indicator.weight.value for indicator in about]),
        pillar_weight=np.array([part.weight.value for part in method.pillars.values()]),
        severity=severity,
        of_all=parts[:, 0],
        of_fatal=parts[:, 1],
        told=told,
        lacking=tuple(
            (code, tuple(kind for kind in need if kind not in kinds))
            for (_, code, _), need in zip(rows, wanted, strict=True)
            if any(kind not in kinds for kind in need)
        ),
    )


def _kinds_of(indicator: Indicator, vocabulary: Vocabulary) -> tuple[str, ...]:
    """The kinds that an indicator counts, each once."""
    found = [kind for code in indicator.counts for kind in vocabulary.members(code)]
    return tuple(dict.fromkeys(found))


def _severities(
    indicator: Indicator, wanted: Collection[str], kinds: tuple[str, ...]
) -> list[float]:
    """Weight of each kind in an indicator."""
    stated = indicator.severities.values if indicator.severities else {}
    return [stated.get(kind, 1.0) if kind in wanted else 0.0 for kind in kinds]
