"""Text from records on its way to a reader's eyes."""

import unicodedata


def visible(text: str) -> str:
    r"""Text with control and direction marks written out.

    >>> visible("AL\x1b[2JDER")
    'AL\\u001b[2JDER'
    """
    return "".join(
        f"\\u{ord(mark):04x}" if unicodedata.category(mark).startswith("C") else mark
        for mark in text
    )
