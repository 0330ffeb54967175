"""Recipes as a maker of tiles writes them, each with its meaning as a plain recipe, or refused."""

# fmt: off
MEANT = [
    ("Иваныч, на завтра: 60% красный, 40% чёрный, крупная гранула, 500х500х30, 48 шт", "red 60, black 40"),
    ("красн. 70 / черн. 20 / бел. 10", "red 70, black 20, white 10"),
    (
        ("заказ №1187 от 12.03 детская площадка: зелёный 52,5%, жёлтый 27,5%, синий 20%. Доставка до "
         "пятницы"),
        "green 52.5, yellow 27.5, blue 20",
    ),
    ("замес 25 кг: 15 кг терракот, 5 кг чёрная крошка, 5 кг бежевая", "15 kg terracotta, 5 kg black, 5 kg beige"),
    (
        ("Добрый день! Подскажите, сколько будет стоить плитка: основа чёрная, 15% серого вкрапления? "
         "Спасибо"),
        "black 85, grey 15",
    ),
    ("три части красного на одну часть чёрного", "red 75, black 25"),
    ("просто чёрная, без вкраплений, 40 мм, в гараж", "black 100"),
    ("зеленый с желтыми крапинками, желтого процентов 10", "green 90, yellow 10"),
    ("RAL 3016 - 65, RAL 9005 - 35", "RAL 3016 65, RAL 9005 35"),
    ("половина синего, остальное пополам серый и белый", "blue 50, grey 25, white 25"),
    ("краный 60 черый 40", "red 60, black 40"),
    ("чёрный 80, синий 20, только чтоб синий был мелкой крошкой 1-2 мм", "black 80, blue 20"),
    ("4:1 чёрный:зелёный", "black 80, green 20"),
    ("коричневый 2 мешка, бежевый 1 мешок, чёрный 1 мешок", "brown 50, beige 25, black 25"),
    ("серый (светлый) 40%, серый тёмный 60%, поверхность гладкая, без шагрени", "40% light grey, 60% dark grey"),
    ("СБР чёрный 90% + ЭПДМ красный 10% , 1000*1000, толщ 20", "black 90, red 10"),
    ("Плитка для трен. зала, 70 чёрного и по 10 синего, серого, белого", "black 70, blue 10, grey 10, white 10"),
    ("на бирке написано: арт. РП-30К, цв. кирпичный 100 %", "кирпичный 100"),
    (
        ("Саша, перезвонил клиент, говорит не 30 а 20% белого, красного 50, остальное чёрный"),
        "white 20, red 50, black 30",
    ),
    ("бирюза 35%, песочный 35%, тёмно-синий 30%, показать на солнце", "turquoise 35, sand 35, dark blue 30"),
    ("четверть жёлтого, три четверти зелёного, мокрая после дождя", "yellow 25, green 75"),
    (
        ("Фон терракотовый, по нему редкий чёрный крап процентов пять и бежевый столько же"),
        "terracotta 90, black 5, beige 5",
    ),
    ("преимущественно чёрный, чуть-чуть белого, для спортзала", "90% black, 10% white"),
    ("фиолетовый и розовый поровну, это для садика, девочки просили)", "violet 50, pink 50"),
    ("полтора кг зелёной, 500 г жёлтой крошки, смешать", "1500 g green, 500 g yellow"),
    (
        ("темно зеленый семьдесят процентов черный тридцать процентов вечером при фонарях покажи"),
        "dark green 70, black 30",
    ),
    ("60% red 30% black 10% white, coarse granules, 500x500mm", "red 60, black 30, white 10"),
    ("hi, need 120 pcs 1m x 1m 20mm gym tile, black with 10% blue fleck", "black 90, blue 10"),
    ("3 parts brick red 2 parts charcoal", "brick red 60, charcoal  40"),
    ("blk/gry 85/15", "black 85, grey 15"),
    ("just plain green pls, no fleck, 40mm for the play area", "green 100"),
    ("PO#44718 – terracotta 50, beige 30, brown 20, deliver Mon", "terracotta 50, beige 30, brown 20"),
    ("RAL 6011 70% RAL 1002 30%", "RAL 6011 70, RAL 1002 30"),
    ("mainly red with a bit of black", "90% red, 10% black"),
    ("grey base, speckled w/ white and blue, five percent each", "grey 90, white 5, blue 5"),
    ("batch: 18 kg black SBR, 4 kg red EPDM, 2 kg grey EPDM", "18 kg SBR, 4 kg red, 2 kg grey"),
    ("2:1:1 green yellow blue", "green 50, yellow 25, blue 25"),
    ("balck 70 ornage 30", "black 70, orange 30"),
    (
        ("Morning! Customer wants mostly black, about a fifth of it green flecks. Could you show that in "
         "daylight? thanks"),
        "black 80, green 20",
    ),
    ("40% dark blue, 40% light blue, rest white", "dark blue 40, light blue 40, white 20"),
    ("eggplant purple 25 / cream 25 / black 50, fine grain 0.5-1.5mm", "25% eggplant purple, 25% cream, 50% black"),
    ("Qty 60, size 50x50x4 cm, col: red/black 80/20", "red 80, black 20"),
    ("one bag of yellow to three bags of blue", "yellow 25, blue 75"),
    (
        ("seventy percent charcoal, twenty percent silver grey, and ten percent white please"),
        "70% charcoal, 20% silver grey, 10% white",
    ),
    ("Garage floor, black, 1/4 grey chips, smooth top", "black 75, grey 25"),
    ("EPDM colors: Eggshell 15%, Beige 35%, Brown 50% (order 2231-B)", "eggshell  15, beige 35, brown 50"),
    ("make it 55 green 35 beige and whatever's left in black", "green 55, beige 35, black 10"),
    ("Two thirds black one third red, wet look, 30 mm", "black 66.7, red 33.3"),
    ("no white this time - 65 red 35 black", "red 65, black 35"),
    ("#B22222 60%, #1C1C1C 40%", "60% #B22222, 40% #1C1C1C"),
    ("tan & brown, equal amounts, chunky granules", "tan 50, brown 50"),
    ("black tile with red specks, 3%", "black 97, red 3"),
    ("50lb green, 30lb black, 20 lb tan; delivery to school 14", "50 lb green, 30 lb black, 20 lb tan"),
    ("Black 88%, Yellow 12%. The driver says last load had too much yellow, so not 15.", "black 88, yellow 12"),
    ("оранж 45 ж 25 чёрн 30", "45% orange, 25% yellow, 30% black"),
]

REFUSED = [
    "Здрасте, нам бы как в прошлый раз, только красного побольше",
    "красный 60% чёрный 60%",
    "Ч-55 К-30 С-15",
    "same as the sample on Dave's truck, but 10 lighter",
]
