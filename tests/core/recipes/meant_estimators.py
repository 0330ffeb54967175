"""Recipes of estimators and landscape architects, each with its meaning as a plain recipe, or refused."""

# fmt: off
MEANT = [
    # The colours of a fleck stand behind its ground.
    ("20% fleck in black, colour: orange", "black 80, orange 20"),
    ("up to 20% colour fleck in black, colour orange", "black 80, orange 20"),
    ("20% fleck on black (orange)", "black 80, orange 20"),
    ("20% flecks in black: orange and white", "black 80, orange 10, white 10"),
    ("20% speckle on a black base: red, white", "black 80, red 10, white 10"),
    ("15% крапинки на чёрном, цвет: красный", "black 85, red 15"),
    ("15% вкраплений в чёрном, цвет красный", "black 85, red 15"),
    ("крапинка 15% на чёрном, красная", "black 85, red 15"),
    ("black 80, 20% fleck, colour orange", "black 80, orange 20"),
    ("чёрный 80, крапинка 20%, цвет оранжевый", "black 80, orange 20"),
    # How much more there is of a colour, behind it or behind equal ones.
    ("красный, чёрного вдвое больше", "red 1 part, black 2 parts"),
    ("красный, чёрного в два раза больше", "red 1 part, black 2 parts"),
    ("красный и вдвое больше чёрного", "red 1 part, black 2 parts"),
    ("чёрного вдвое больше, красный", "red 1 part, black 2 parts"),
    ("чёрный - красного вдвое меньше", "red 1 part, black 2 parts"),
    ("red, black twice as much", "red 1 part, black 2 parts"),
    ("Фиолетовый и сиреневый поровну, чёрного вдвое меньше, чем каждого", "violet 40, lilac 40, black 20"),
    ("красный и синий поровну, белого вдвое больше, чем синего", "red 25, blue 25, white 50"),
    ("purple and lilac in equal parts, half as much black as each", "purple 40, lilac 40, black 20"),
    ("equal parts purple and lilac, half as much black", "purple 40, lilac 40, black 20"),
    # What a mix looks like, beside equal parts and a ratio.
    ("speckled mix of purple, lilac and white, equal parts", "1 part purple, 1 part lilac, 1 part white"),
    ("в крапинку: фиолетовый, сиреневый и белый в равных долях", "1 part violet, 1 part lilac, 1 part white"),
    ("speckled red and white 60/40", "red 60, white 40"),
    # A mix that was, and the one that is wanted.
    ("Was: orange 20, grey 50, black 30. Now: grey 60, black 40", "grey 60, black 40"),
    ("lose the orange. Was: orange 20, grey 50, black 30. Now: grey 60, black 40", "grey 60, black 40"),
    ("Before: orange 20, grey 80. After: grey 60, black 40", "grey 60, black 40"),
    ("Old mix: red 50 black 50. New mix: red 30 black 70", "red 30, black 70"),
    ("Current: 50 red 50 black. Proposed: 70 red 30 black", "red 70, black 30"),
    ("Было: оранжевый 20, серый 50, чёрный 30. Стало: серый 60, чёрный 40", "grey 60, black 40"),
    ("До: оранжевый 20, серый 80. После: серый 60, чёрный 40", "grey 60, black 40"),
    ("Старый состав: красный 50 чёрный 50. Новый состав: красный 30 чёрный 70", "red 30, black 70"),
    ("Lose the orange: grey 60, black 40", "grey 60, black 40"),
    ("Выкиньте оранжевый: серый 60, чёрный 40", "grey 60, black 40"),
]

REFUSED = [
    "красный, вдвое больше чёрного",
    # A colour more, without a name.
    "красного от души, чёрного чуть-чуть, ну и что-нибудь ещё, сами решите",
    "красный 90, чёрный 10, ну и что-нибудь ещё на ваш вкус",
    "красный, синий, что-нибудь нейтральное",
    "red, blue, something neutral",
    "red and another colour",
    # Whole tiles by turns.
    "chessboard of red and green tiles 500mm",
    "alternating red and green tiles",
    "every other tile red, the rest green",
    "красная и зелёная плитка через одну",
    "чередующиеся красные и зелёные плитки",
    # What is taken out leaves a share to nobody.
    "black with 10% grey, 5% red - lose the red",
    "красный 60, чёрный 30, белый 10 - выкиньте белый",
]
