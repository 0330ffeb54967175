"""Recipes of makers' sheets and of yards, each with its meaning as a plain recipe, or refused."""

# fmt: off
MEANT = [
    # What a number and a hue count and introduce.
    ("меланж из трёх серых: RAL 7035, RAL 7040, RAL 7016 поровну", "RAL 7035, RAL 7040, RAL 7016 in equal parts"),
    ("three greys: RAL 7035, RAL 7040, RAL 7016 in equal parts", "RAL 7035, RAL 7040, RAL 7016 in equal parts"),
    ("меланж из трёх серых (RAL 7035, RAL 7040, RAL 7016) поровну", "RAL 7035, RAL 7040, RAL 7016 in equal parts"),
    ("три серых, RAL 7035, RAL 7040, RAL 7016 поровну", "RAL 7035, RAL 7040, RAL 7016 in equal parts"),
    ("из двух зелёных: RAL 6018 70%, RAL 6005 30%", "RAL 6018 70, RAL 6005 30"),
    ("two greens: RAL 6018 70%, RAL 6005 30%", "RAL 6018 70, RAL 6005 30"),
    ("два чёрных, три белых, один серый", "2 parts black, 3 parts white, 1 part grey"),
    ("2 чёрных: 3 белых: 1 серый", "2 parts black, 3 parts white, 1 part grey"),
    # A base with its thickness behind the mix of what is seen.
    (
        "EPDM: RAL 6021 two parts, RAL 1015 one part, black SBR base 30 mm, EPDM wear layer 10 mm",
        "2 parts RAL 6021, 1 part RAL 1015",
    ),
    ("70% red, 30% white, black SBR base layer 30 mm, wearing course 10 mm", "70% red, 30% white"),
    ("70% красный, 30% белый, чёрная основа SBR 30 мм, верхний слой 10 мм", "70% red, 30% white"),
    ("RAL 6021 two parts, RAL 1015 one part, black SBR base 30 mm", "2 parts RAL 6021, 1 part RAL 1015"),
    ("красный 70, белый 30, основа чёрная SBR 30 мм", "70% red, 30% white"),
    # What was, and what is wanted now.
    ("Was 50% red 50% black, client now wants 70% red 30% black", "70% red, 30% black"),
    ("Was 50/50 red and black, now 70/30", "70% red, 30% black"),
    ("Было 50% красный 50% чёрный, теперь 70% красный 30% чёрный", "70% red, 30% black"),
    ("Previously 50% red 50% black, now 70% red 30% black", "70% red, 30% black"),
    # A share that is parted again.
    (
        "половина чёрного, четверть серого, четверть - пополам белый и красный",
        "50 black, 25 grey, 12.5 white, 12.5 red",
    ),
    (
        "половина чёрного, четверть серого, четверть: белый и красный пополам",
        "50 black, 25 grey, 12.5 white, 12.5 red",
    ),
    ("half black, a quarter grey, a quarter - equally white and red", "50 black, 25 grey, 12.5 white, 12.5 red"),
    ("half black, a quarter grey, a quarter half white half red", "50 black, 25 grey, 12.5 white, 12.5 red"),
    ("половина чёрного, половина: половина белого, половина красного", "50 black, 25 white, 25 red"),
    # Cells of a table.
    (
        "поз. 12 | Покрытие из резиновой плитки 40 мм, цв. зелёный/серый 70/30 | м2 | 246,5",
        "70% green, 30% grey",
    ),
    ("item 12 | rubber tile 40 mm, green/grey 70/30 | m2 | 246.5", "70% green, 30% grey"),
    ("12 | tile | green 70%, grey 30% | pcs | 120", "70% green, 30% grey"),
    ("12; плитка; зелёный 70, серый 30; шт; 120", "70% green, 30% grey"),
    ("60 | red | 40 | black", "60% red, 40% black"),
    ("Item;Qty kg\nEPDM red;120\nEPDM beige;80\nSBR black;300\nPU binder;60", "120 kg red, 80 kg beige, 300 kg SBR"),
    ("Наименование;Кол-во, кг\nEPDM красный;120\nSBR чёрный;300\nСвязующее ПУ;60", "120 kg red, 300 kg SBR"),
    ("Red;120\nBlack;300\nglue;60", "120 parts red, 300 parts black"),
    ("Красный | 12 кг\nКлей ПУ | 3 кг\nчёрный | 20 кг", "12 kg red, 20 kg black"),
    # A remark about the material in brackets.
    ("чёрный 80% (можно SBR), лазурный 12%, остаток мятный", "80% black, 12% azure, 8% mint"),
    ("black 80% (SBR is fine), azure 12%, rest mint", "80% black, 12% azure, 8% mint"),
    ("чёрный 80% (SBR), лазурный 12%, мятный 8%", "80% SBR, 12% azure, 8% mint"),
    ("80% recycled black tyre crumb, 20% red", "80% SBR, 20% red"),
    ("80% шинная крошка, 20% красный", "80% SBR, 20% red"),
    # The one that is meant.
    ("not the bright red, the oxide red one - 55%; black 45%", "55% oxide red, 45% black"),
    ("the red one 60%, the black one 40%", "60% red, 40% black"),
    ("the oxide red one: 55%, black 45%", "55% oxide red, 45% black"),
    ("red one, black two", "1 part red, 2 parts black"),
    # Crumb that is dyed through.
    ("крошка чёрная 100%, окрас в массе пигментом кирпичного цвета", "brick red"),
    ("black crumb coloured through with brick red pigment", "brick red"),
    ("крошка чёрная, окраска в зелёный цвет", "green"),
    # How much there is of each on a square metre.
    ("Black 5 kg/m2, red 1.25 kg/m2, 20 mm, density 850", "5 kg black, 1.25 kg red"),
    ("чёрный 5 кг/м2, красный 1,25 кг/м2, плотность 850", "5 kg black, 1.25 kg red"),
    # A name before a hue that it is not like.
    ("60% eggshell, 40% dusk grey", "60% eggshell, 40% grey"),
    ("70% terracotta black", "70% terracotta, 30% black"),
]

REFUSED = [
    "три серых: RAL 7035, RAL 7040 поровну",
    "three greys: RAL 7035, RAL 7040 equally",
    "2 красных, белый и чёрный",
]
