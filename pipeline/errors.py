"""What can go wrong, and the exit code an operator acts on.

SafetyIndexError            1  failed
├── WrongUsage              2  the call does not make sense
├── ConfigurationMistake    1  a city or method file is wrong
├── SourceRefused           1  a delivery cannot be taken as it is
├── BatchInconsistent       1  rows are not accounted for; the batch was rolled back
├── StatementFailed         1  a statement of the warehouse failed
├── StorageUnusable         1  disk full, read-only or not ours
├── NothingKnown            1  no records, no edition
└── LockedByAnother         5  another run is working in this home
"""


class SafetyIndexError(Exception):
    """An error that a person can act on: what was seen, what was expected, what to try."""

    exit_code = 1

    def __init__(self, seen: str, *, expected: str, try_next: str) -> None:
        """Keep the three parts; `str` joins them on lines of their own."""
        super().__init__(f"{seen}\n  expected: {expected}\n  try:      {try_next}")
        self.seen, self.expected, self.try_next = seen, expected, try_next


class WrongUsage(SafetyIndexError):
    """The call does not make sense."""

    exit_code = 2


class ConfigurationMistake(SafetyIndexError):
    """A city or method file is wrong; all its mistakes at once."""


class SourceRefused(SafetyIndexError):
    """A delivery cannot be taken as it is; nothing was kept of it."""


class BatchInconsistent(SafetyIndexError):
    """Rows are not accounted for; the batch was rolled back."""


class StatementFailed(SafetyIndexError):
    """A statement of the warehouse failed."""


class StorageUnusable(SafetyIndexError):
    """The disk is full, read-only or not ours."""


class NothingKnown(SafetyIndexError):
    """There are no records or no edition to answer from."""


class LockedByAnother(SafetyIndexError):
    """Another run is working in this home."""

    exit_code = 5
