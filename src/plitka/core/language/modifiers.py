"""Words that change the colour that follows them, in English and Russian, by `colour.modifiers.MODIFIERS`."""

MODIFIERS = {
    "dark": "dark, darker, потемнее, темнее, darker shade of, dark shade of, dk, тёмный, темно",
    "very dark": "very dark, super dark, ultra dark, extra dark, очень тёмный, очень темно",
    "very light": "very light, super light, ultra light, extra light, very pale, очень светлый, очень светло",
    "deep": "deep, intense, rich, saturated, глубокий, глубоко, насыщенный, насыщенно, густой",
    "light": (
        "light, lighter, посветлее, светлее, lighter shade of, light shade of, lt, светлый, светло, св, світлий, світло"
    ),
    "pale": "pale, faint, бледный, бледно",
    "pastel": "pastel, пастельный, пастельно, нежный, нежно",
    "bright": "bright, brighter, поярче, ярче, very bright, super bright, ultra bright, яркий, ярко, очень яркий",
    "vivid": "vivid, neon, electric, fluorescent, флуоресцентный, сочный, неоновый",
    "muted": "muted, dusty, dull, faded, приглушённый, приглушённо, пыльный, пыльно, тускло, блёкло, блёклый, тусклый",
    "medium": "medium, mid, middle, средний, средне",
}
