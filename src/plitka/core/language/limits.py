"""Words for limits that are allowed themselves, in English and Russian: `at least`, «не более»."""

AT_LEAST, AT_MOST = "at least", "at most"

LIMITS = {
    AT_LEAST: (
        "at least, at the least, at the very least, no less than, not less than, no fewer than, not fewer than, "
        "not under, not below, no lower than, "
        "minimum, min, a minimum of, minimum of, не менее, не меньше, не ниже, не менее чем, не меньше чем, "
        "минимум, как минимум, минимально, мин, хотя бы, по меньшей мере, по крайней мере"
    ),
    AT_MOST: (
        "at most, at the most, at the very most, up to, upto, no more than, not more than, no greater than, not over, "
        "not above, not exceeding, not to exceed, no higher than, "
        "maximum, max, a maximum of, maximum of, limited to, не более, не больше, не выше, не свыше, не более чем, "
        "не больше чем, не превышая, не превышает, максимум, как максимум, максимально, макс"
    ),
}
"""By the side on which they bound a number."""
