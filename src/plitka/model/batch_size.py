"""How many pictures are worth painting at once where a painter chooses: as many as memory holds and time allows."""

MOST_AT_ONCE = 8
"""On a large GPU eight take a tenth less for each than one alone, and four hardly more than eight."""
PICTURE_BYTES = 500_000_000
"""Of a GPU's memory, what each further picture of 1024x1024 takes while its kind is recorded; less afterwards."""
_MEASURED_PX = 1024 * 1024


def fitting_batch(batch_s: float, picture_s: float, free_bytes: int, n_px: int) -> int:
    """Pictures at once, at least one.

    Args:
        batch_s: what all of them together may take.
        picture_s: what one takes.
        free_bytes: of the device, beside one picture.
        n_px: of each.
    """
    by_memory = 1 + int(free_bytes / (PICTURE_BYTES * n_px / _MEASURED_PX))
    return max(1, min(MOST_AT_ONCE, by_memory, int(batch_s / picture_s)))
