"""What is to be thought of a caption; from the standard library alone."""

from enum import StrEnum


class Verdict(StrEnum):
    """What is to be thought of a caption."""

    FINE = "fine"
    DOUBTFUL = "doubtful"
    WRONG = "wrong"
    NO_CAPTION = "no caption"
    UNREADABLE = "unreadable"
    """The picture cannot be read or measured, or the caption tells no recipe."""
