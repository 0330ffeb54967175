"""Recipes as an architect writes them, each with its meaning as a plain recipe, or refused."""

# fmt: off
MEANT = [
    ("Плитка резиновая 500х500х30 мм, цвет: 60% терракот, 40% чёрный", "terracotta 60, black 40"),
    (
        ("Добрый день! Прошу визуализацию: 70 серый / 20 черный / 10 белый, гранула мелкая. Спасибо!"),
        "grey 70, black 20, white 10",
    ),
    ("основа чёрная, вкрапления EPDM: 15% синий, 5% жёлтый", "black 80 , blue 15, yellow 5"),
    ("чёрная с редкими красными вкраплениями", "90% black, 10% red"),
    (
        ("зелёный RAL 6011 - 3 части, бежевый RAL 1001 - 2 части, коричневый RAL 8004 — 1 ч."),
        "RAL 6011 50, RAL 1001 33.3, RAL 8004 16.7",
    ),
    ("на 100 кг смеси: красного 45 кг, чёрного 35 кг, светло-серого 20 кг", "45 kg red, 35 kg black, 20 kg light grey"),
    ("Синий и серый пополам, показать при дневном свете", "blue 50, grey 50"),
    ("просто терракотовая, без примесей", "terracotta 100"),
    ("Поз. 4.12. Покрытие резиновое травмобезопасное, толщ. 40 мм, цвет зелёный — 312 м2", "green 100"),
    ("черн 50, сер 30, бел 20, крупн. гранула", "black 50, grey 30, white 20"),
    (
        ("Покрытие из резиновой крошки на полиуретановом связующем (связующее 18%), цвет: красный 70%, "
         "серый 30%, S=240 м²"),
        "red 70, grey 30",
    ),
    ("треть красного, остальное чёрный", "red 33.3, black 66.7"),
    ("Для пешеходной дорожки половина чёрный, четверть беж и четверть коричневый", "black 50, beige 25, brown 25"),
    ("Арт. 2045-К, заказ № 118 от 12.03.2024: 80 черный 20 бирюза", "black 80, turquoise 20"),
    (
        ("микс как на объекте в Мытищах: серый 65 проц., антрацит 25 проц., белый 10 проц."),
        "grey 65, anthracite 25, white 10",
    ),
    ("шестьдесят процентов красного тридцать чёрного и десять белого", "red 60, black 30, white 10"),
    ("Детская площадка, ул. Ленина 14: жёлтый 50 %, оранжевый 50 %, фракция 2-4 мм", "yellow 50, orange 50"),
    (
        ("Цвет «Осенний лес»: 40% коричневый, 30% оранжевый, 20% жёлтый, 10% тёмно-зелёный"),
        "brown 40, orange 30, yellow 20, dark green 10",
    ),
    ("сервй 70% чорный 30%", "grey 70, black 30"),
    (
        ("по ТЗ: RAL 7037 – 50%, RAL 7035 – 30%, RAL 9005 – 20%; поверхность матовая, пасмурно"),
        "RAL 7037 50, RAL 7035 30, RAL 9005 20",
    ),
    ("красный чёрный белый 60-30-10", "red 60, black 30, white 10"),
    ("70% серый, из остального поровну синий и голубой", "grey 70, blue 15, голубой 15"),
    (
        ("чёрная крошка SBR 85%, крап EPDM голубой 10%, EPDM белый 5%, мокрая после дождя"),
        "black 85, голубой 10, white 5",
    ),
    ("Серая плитка, белый крап процентов 10", "grey 90, white 10"),
    ("тёмно-зелёный с чёрным два к одному, плитка 1000*1000*20", "dark green 66.7, black 33.3"),
    (
        ("Посчитайте, пожалуйста, кирпичный с чёрным 80 на 20, бюджет до 1450 руб/м2, нужно к 15 мая"),
        "80% кирпичный, 20% black",
    ),
    ("синий 55, чёрный 45, белого не надо", "blue 55, black 45"),
    ("Зона 1 (фон): бежевый 75% + коричневый 25%, вечернее солнце, крупная крошка", "beige 75, brown 25"),
    ("Rubber paver 24\"x24\"x2\", 90% black / 10% blue fleck", "black 90, blue 10"),
    ("Please could you show me a 50/50 blend of terracotta and black? Many thanks, Helen", "terracotta 50, black 50"),
    (
        ("Section 32 18 16.13: EPDM wearing course, 40% RAL 6021 pale green, 40% RAL 1014 ivory, 20% RAL "
         "8017 chocolate brown"),
        "RAL 6021 40, RAL 1014 40, RAL 8017 20",
    ),
    ("black base with 20% grey & 5% white flecks", "black 75, grey 20, white 5"),
    ("3 parts green to 1 part beige, 1-3mm granules", "green 75, beige 25"),
    ("solid brick red, no flecks", "brick red 100"),
    ("25 kg red, 15 kg black, 10 kg grey per batch", "25 kg red, 15 kg black, 10 kg grey"),
    ("sixty percent blue, twenty five percent light blue and the rest white", "blue 60, light blue 25, white 15"),
    ("Mix #7 (PO 44817): charcoal 70, cream 20, rust 10", "charcoal 70, cream 20, rust 10"),
    ("mostly grey with a sprinkle of yellow", "90% grey, 10% yellow"),
    ("eggshell 60% / anthracite 40%, coarse granulate, low evening sun", "eggshell  60, anthracite 40"),
    ("gren 60% balck 40%", "green 60, black 40"),
    ("red, yellow, black in a 1:1:2 ratio", "red 25, yellow 25, black 50"),
    ("two thirds brown, one third tan", "brown 66.7, tan 33.3"),
    ("Equal parts purple, teal and grey, fine grain", "purple 33.3, teal 33.3, grey 33.3"),
    ("Play area A - 55% blue (RAL 5015), 35% blk, 10% wht", "RAL 5015 55, black 35, white 10"),
    ("10% EPDM fleck (red), remainder black SBR", "red 10, black 90"),
    (
        ("hi, we'd want it roughly half dark grey, a quarter light grey and a quarter black, matte "
         "surface. cheers, Tom"),
        "dark grey 50, light grey 25, black 25",
    ),
    ("Colour: grey. Size 500 x 500 x 45 mm. Qty 120 sq m.", "grey 100"),
    ("red 60%, black 30%, white 10% - show it wet please, client likes that", "red 60, black 30, white 10"),
    ("Impact tile, EN 1177 HIC 1.5 m, 80% black 15% green 5% yellow, 60 Shore A", "black 80, green 15, yellow 5"),
    ("Red/Black/Grey 45/45/10", "red 45, black 45, grey 10"),
    ("dark green w/ black speckles, approx 15%", "dark green 85, black 15"),
    ("1.5 bags beige, 1 bag brown, half a bag black", "beige 50, brown 33.3, black 16.7"),
    (
        ("For the roof terrace: sand 70%, with the other 30% split evenly between brown and white"),
        "sand 70, brown 15, white 15",
    ),
    ("Option B: as option A but please quote 75% dark gray 25% orange, overcast light", "dark grey 75, orange 25"),
    ("The granules should be 65 pct black and 35 pct red, interlocking tile 1m x 1m, 30mm thick", "black 65, red 35"),
    ("Burgundy (70%) + Black (20%) + Beige (10%) // ref. GYM-03 // 2 wks lead time", "burgundy 70, black 20, beige 10"),
]

REFUSED = [
    "40% красный, 40% чёрный, 40% серый",
    "как в прошлый раз, только посветлее",
    "50% green, 30% brown, third colour tbc with client",
    "something between the blue one and the nice one from the brochure",
]
