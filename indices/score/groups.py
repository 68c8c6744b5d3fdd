"""Which categories share one body of evidence.

A homicide weighs dozens of times what the usual incident of its pillar weighs. Counted with the
others it would make an equivalent event so heavy that all else says little, and one murder would be
taken for the rate of a village. What is so grave is shrunk apart, with its share of the
pillar's usual harm as its weight: before shrinkage the sum is the same.
"""

from dataclasses import dataclass

import numpy as np

from indices.arrays import BoolArray, FloatArray, IntArray
from indices.method import ScoringRules


@dataclass(frozen=True, kw_only=True, eq=False)
class EvidenceGroups:
    """Groups of categories, in the order of their pillars; the ordinary ones of a pillar first."""

    of_category: IntArray  # (n_categories,), positions among the groups
    pillar: IntArray  # (n_groups,), positions in `ScoringRules.pillars`
    is_apart: BoolArray  # (n_groups,), whether it is a grave category alone
    share: FloatArray  # (n_groups,), of the pillar's usual harm; sums to 1 within a pillar
    weight: FloatArray  # (n_groups,), in the composite exponent; sums to 1
    dispersion: FloatArray  # (n_groups,), of its pillar
    usual_mix: FloatArray  # (n_categories,), of the group's usual harm

    @property
    def is_in(self) -> BoolArray:
        """Whether a category belongs to a group, shape (n_categories, n_groups)."""
        return np.asarray(self.of_category[:, None] == np.arange(len(self.pillar)))

    def by_pillar(self, values: FloatArray) -> FloatArray:
        """Mean over a pillar's groups by their shares, (..., n_groups) to (..., n_pillars)."""
        sums = np.zeros((*values.shape[:-1], self.pillar.max() + 1))
        for group, pillar in enumerate(self.pillar):
            sums[..., pillar] += self.share[group] * values[..., group]
        return sums


def evidence_groups(rules: ScoringRules) -> EvidenceGroups:
    """Set apart each category that weighs `apart_from` times its pillar's mean severity or more.

    The mean is that of an incident at usual rates. Where no category is so grave, the groups are
    the pillars.
    """
    pillar, usual = rules.category_pillar, rules.usual_rate
    harm = rules.severity * usual
    mean = (np.bincount(pillar, weights=harm) / np.bincount(pillar, weights=usual))[pillar]
    own = np.where(rules.severity >= rules.apart_from * mean, np.arange(1, len(pillar) + 1), 0)
    keys, of_category = np.unique(pillar * (len(pillar) + 1) + own, return_inverse=True)
    of_group = keys // (len(pillar) + 1)
    of_groups = harm @ (of_category[:, None] == np.arange(len(of_group)))
    share = of_groups / np.bincount(of_group, weights=of_groups)[of_group]
    return EvidenceGroups(
        of_category=of_category,
        pillar=of_group,
        is_apart=keys % (len(pillar) + 1) > 0,
        share=share,
        weight=rules.pillar_weight[of_group] * share,
        dispersion=rules.dispersion[of_group],
        usual_mix=harm / of_groups[of_category],
    )
