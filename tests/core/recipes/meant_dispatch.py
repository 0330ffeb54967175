"""Recipes of dispatchers, buyers and architects, each with its meaning as a plain recipe, or refused."""

# fmt: off
MEANT = [
    # Colours named by things, in any case, and with a word that the scene also knows.
    ("wet asphalt 95%, white 5%", "95% wet asphalt, 5% white"),
    ("wet asphalt colour, but with 20% green flecks so it ties in with the lawn", "80% wet asphalt, 20% green"),
    ("цвет мокрого асфальта + 5% белой крошки", "95% мокрый асфальт, 5% white"),
    ("плитка цвета мокрого асфальта с 5% белой крошки", "95% мокрый асфальт, 5% white"),
    ("70% цвета слоновой кости, 30% цвета морской волны", "70% ivory, 30% teal"),
    ("цвет топлёного молока 80, горького шоколада 20", "80% топлёное молоко, 20% горький шоколад"),
    ("цвета пыльной розы 60%, белый 40", "60% пыльная роза, 40% white"),
    ("цвет розового золота", "розовое золото"),
    ("цвета лесной зелени 75, мокрого песка 25", "75% лесная зелень, 25% мокрый песок"),
    ("wet sand 70, dry sand 30", "70% wet sand, 30% dry sand"),
    ("wet concrete and black 80/20", "80% wet concrete, 20% black"),
    ("мокрый бетон с чёрным 80/20", "80% мокрый бетон, 20% black"),
    ("wet red 60%, white 40%", "60% red, 40% white"),
    # A shade before two colours with a hyphen.
    ("Not too bright please: 80 % dusty grey-green, 20 % cream", "80% PALE_GREEN, 20% cream"),
    ("dark blue-green 60%, white 40%", "60% TRADE_DARK_GREEN, 40% white"),
    ("пыльный серо-зелёный 80, кремовый 20", "80% пыльный серозелёный, 20% cream"),
    # Slips.
    ("сений 50% , белый 50%", "blue 50, white 50"),
    ("сений 70% черный 30%", "blue 70, black 30"),
    ("сений", "blue"),
    ("сенюю плитку с 10% белой крошки", "blue 90, white 10"),
    ("сирый 60, черный 40", "grey 60, black 40"),
    ("30% голубия, остальное белая", "30% sky blue, 70% white"),
    ("grean 30, black 70", "green 30, black 70"),
]

REFUSED = [
    "reed",
    "сырая плитка",
]
