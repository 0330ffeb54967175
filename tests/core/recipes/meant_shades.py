"""Recipes whose colours are told by others or in several words; each with its meaning, or refused."""

# fmt: off
MEANT = [
    ("лиловый и сиреневый пополам", "100% lilac"),
    ("лиловый 50%, сиреневый 50%", "100% lilac"),
    ("бледно-жёлтая, почти кремовая, сплошная", "100% cream"),
    ("pale yellow, almost cream", "100% cream"),
    ("серый, почти чёрный 60, белый 40", "60% black, 40% white"),
    ("серый светлее RAL 7040 но темнее RAL 7035", "100% #AEB2B2"),
    ("a grey lighter than RAL 7040 but darker than RAL 7035", "100% #AEB2B2"),
    ("светлее RAL 7040, темнее RAL 7035, 80%, белый 20%", "80% #AEB2B2, 20% white"),
    ("между RAL 7035 и RAL 7040", "100% #AEB2B2"),
    ("a grey between RAL 7035 and RAL 7040", "100% #AEB2B2"),
    ("60% something between red and orange, 40% black", "60% #C44E35, 40% black"),
    ("black 50, the rest split between red and white", "50% black, 25% red, 25% white"),
    ("плитка красная, но не яркая, а приглушённая", "100% приглушённый красный"),
    ("red, but muted", "100% muted red"),
    ("синий, тёмный, глянцевый", "100% dark blue"),
    ("как мрамор, красная с серым", "50% red, 50% gray"),
    ("типа мрамор, белая с серыми прожилками", "90% white, 10% gray"),
    ("white with grey veins", "90% white, 10% gray"),
    ("белая с прожилками серого", "90% white, 10% gray"),
    ("чёрная с белыми шариками", "90% black, 10% white"),
    ("серо-чёрный меланж 50/50", "50% gray, 50% black"),
    ("меланж серо-чёрный 60/40", "60% gray, 40% black"),
    ("grey-black blend 50/50", "50% gray, 50% black"),
    ("рыже-коричневый 60%, чёрный 40%", "60% рыже-коричневый, 40% black"),
    ("как у соседей на площадке, такой же рыже-коричневый", "100% рыже-коричневый"),
    ("like the neighbours have, green", "100% green"),
    ("EPDM green H37 60%, EPDM beige H12 40%", "60% green, 40% beige"),
    ("зелёный H37 60%, бежевый H12 40%", "60% green, 40% beige"),
]

REFUSED = [
    "H37 60%, H12 40%",
    "green RAL 6099 60%, beige H12 40%",
    "как у соседей, только зелёная",
    "70% black, 30% between red and white",
    "фон синий, цифры белые",
    "background blue, digits white",
    "красная с белыми цифрами",
]
