"""Words for limits that are allowed themselves, in English and Russian: `at least`, «не более»."""

AT_LEAST, AT_MOST = "at least", "at most"

LIMITS = {
    AT_LEAST: (
        "at least, at the least, at the very least, no less than, not less than, no fewer than, not fewer than, "
        "not under, not below, no lower than, "
        "shall not be less than, should not be less than, must not be less than, should be at least, minimum content, "
        "minimum share, minimum content of, minimum share of, минимальное содержание, минимальная доля, "
        "не должно быть менее, не должна быть менее, не должно быть меньше, не должна быть меньше, "
        "lower limit, lower limit of, minimum, min, a minimum of, minimum of, не менее, не меньше, не ниже, "
        "не менее чем, не меньше чем, "
        "минимум, как минимум, минимально, мин, хотя бы, по меньшей мере, по крайней мере"
    ),
    AT_MOST: (
        "at most, at the most, at the very most, up to, upto, no more than, not more than, no greater than, not over, "
        "not above, not exceeding, not to exceed, no higher than, "
        "shall not exceed, should not exceed, must not exceed, may not exceed, not be more than, maximum content, "
        "maximum share, maximum content of, maximum share of, максимальное содержание, максимальная доля, "
        "не должно превышать, не должна превышать, не должны превышать, не должен превышать, не должно быть более, "
        "не должна быть более, не должно быть больше, не должна быть больше, "
        "upper limit, upper limit of, maximum, max, a maximum of, maximum of, limited to, не более, не больше, "
        "не выше, не свыше, не более чем, "
        "не больше чем, не превышая, не превышает, максимум, как максимум, максимально, макс"
    ),
}
"""By the side on which they bound a number."""
