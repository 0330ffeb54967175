"""Recipes with remarks, choices and codes of other systems, each with its meaning as a plain recipe, or refused."""

# fmt: off
MEANT = [
    # What something was, or becomes, is none of the mix.
    ("Red 60%, blue 40% (blue was grey in Rev A)", "red 60, blue 40"),
    ("Красный 60%, синий 40% (синий раньше был серым)", "red 60, blue 40"),
    ("Красный 60%, синий 40% (синий был серым)", "red 60, blue 40"),
    ("UV-stable aliphatic binder, 100% light grey RAL 7035 - aromatic will yellow", "RAL 7035"),
    ("100% light grey RAL 7035 - cheaper ones will yellow", "RAL 7035"),
    ("100% светло-серый RAL 7035 - дешёвые желтеют", "RAL 7035"),
    ("100% light grey RAL 7035. Cheap binder would turn yellow.", "RAL 7035"),
    ("old floor has faded to pink: red 80, black 20", "red 80, black 20"),
    ("старая плитка выцвела до розового: красный 80, чёрный 20", "red 80, black 20"),
    ("the tile was red, now blue", "blue"),
    ("плитка была красная, надо синюю", "blue"),
    ("green (not the bright one, the duller one) 80%, black 20%", "green 80, black 20"),
    ("зелёный (не яркий, а потусклее) 80%, чёрный 20%", "green 80, black 20"),
    # A whole mix that is denied.
    ("60 red 40 grey NOT 60 grey 40 red as on your drawing", "60 red, 40 grey"),
    ("60 красный 40 серый, а НЕ 60 серый 40 красный как на вашем чертеже", "60 red, 40 grey"),
    ("60 red 40 grey, not 60 grey 40 red", "60 red, 40 grey"),
    ("not 60 grey 40 red but 60 red 40 grey", "60 red, 40 grey"),
    ("не 60 серый 40 красный, а 60 красный 40 серый", "60 red, 40 grey"),
    # The share of a fleck is parted by a ratio.
    ("black 85%; fleck 15% made up of 2 parts white to 1 part grey", "black 85, white 10, grey 5"),
    ("black 85%; fleck 15%, of which 2 parts white to 1 part grey", "black 85, white 10, grey 5"),
    ("чёрный 85%; крапинка 15%, из них 2 части белого и 1 часть серого", "black 85, white 10, grey 5"),
    ("чёрный 85%; крапинка 15% из 2 частей белого и 1 части серого", "black 85, white 10, grey 5"),
    ("black with 15% fleck, white and grey 2:1", "black 85, white 10, grey 5"),
    ("чёрный, 15% вкраплений, белый и серый 2:1", "black 85, white 10, grey 5"),
    ("black with 15% fleck, two thirds white one third grey", "black 85, white 10, grey 5"),
    # Dozens.
    ("a dozen parts black to one part white", "12 parts black, 1 part white"),
    ("дюжина частей чёрного на одну белого", "12 parts black, 1 part white"),
    ("half a dozen tiles, red 60 black 40", "red 60, black 40"),
    ("дюжина плиток, красный 60 чёрный 40", "red 60, black 40"),
    # A code of a system that is not known, beside a name.
    ("BS 4800 14 C 39 green 70%, BS 4800 04 E 53 red 30%", "green 70, red 30"),
    ("green (BS 14 C 39) 70%, black 30%", "green 70, black 30"),
    ("AS 2700 G13 emerald 60%, black 40%", "emerald 60, black 40"),
    ("зелёный BS 4800 14 C 39 70%, чёрный 30%", "green 70, black 30"),
]

REFUSED = [
    "Rubber tile 40mm, 20% red? or 25%?, rest black",
    "20% красного? или 25%?, остальное чёрный",
    "20 or 25% red, rest black",
    "20 или 25% красного, остальное чёрный",
    "60% red or 60% green, rest black",
    "60 red 40 grey not 70 grey 40 red",
    "red 60, black 40, the white was too bright",
    "BS 4800 14 C 39 70%, BS 4800 04 E 53 30%",
    "AS2700 G13 60%, black 40%",
]
