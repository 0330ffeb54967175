"""How many pictures are painted at once."""

from plitka.model.batch_size import MOST_AT_ONCE, PICTURE_BYTES, fitting_batch

PX, ROOM = 1024 * 1024, 100 * PICTURE_BYTES


def test_a_batch_is_what_memory_and_time_allow() -> None:
    """Never less than one picture, however long that takes and however little room there is."""
    for batch_s, picture_s, free_bytes, n_px, expected in (
        (5.0, 0.6, ROOM, PX, 8),
        (500.0, 0.6, ROOM, PX, MOST_AT_ONCE),
        (5.0, 2.0, ROOM, PX, 2),
        (5.0, 20.0, ROOM, PX, 1),
        (500.0, 1.0, 3 * PICTURE_BYTES, PX, 4),
        (500.0, 1.0, 3 * PICTURE_BYTES, 4 * PX, 1),
        (500.0, 1.0, 0, PX, 1),
    ):
        assert fitting_batch(batch_s, picture_s, free_bytes, n_px) == expected
