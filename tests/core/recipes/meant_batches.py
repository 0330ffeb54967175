"""Recipes that tell of a whole batch, of colours taken back and of rows told again, each with its meaning."""

# fmt: off
MEANT = [
    # What a whole batch weighs is no share.
    ("batch size 200 kg: red 20%, black 80%", "20% red, 80% black"),
    ("for a 25 kg batch: green 10 kg, black 15 kg", "10 kg green, 15 kg black"),
    ("на замес 25 кг: зелёный 10 кг, чёрный 15 кг", "10 kg green, 15 kg black"),
    ("на партию 500 кг красный 300, чёрный 200", "300 kg red, 200 kg black"),
    ("red 6 kg, black 4 kg, total 10 kg", "6 kg red, 4 kg black"),
    ("красный 6 кг, чёрный 4 кг, всего 10 кг", "6 kg red, 4 kg black"),
    ("10 из 25 кг зелёный, остальное чёрный", "10 kg green, 15 kg black"),
    ("10 out of 25 kg green, rest black", "10 kg green, 15 kg black"),
    ("batch of 50 kg: red 20 kg, black 25 kg", "20 kg red, 25 kg black"),
    # Granules that are counted out of a hundred.
    ("30 of every 100 granules red, rest black", "30% red, 70% black"),
    ("7 out of 100 granules white, the rest black", "7% white, 93% black"),
    ("из ста гранул тридцать красных, остальные чёрные", "30% red, 70% black"),
    ("на 100 гранул 15 белых, остальные чёрные", "15% white, 85% black"),
    # What is struck out, and colours that are not wanted.
    ("~~red~~ green 50%, black 50%", "50% green, 50% black"),
    ("red 40%, ~~white 60%~~ black 60%", "40% red, 60% black"),
    ("~~красный~~ зелёный 50%, чёрный 50%", "50% green, 50% black"),
    ("neither red nor black, all green", "green"),
    ("ни красного, ни чёрного, весь зелёный", "green"),
    # What it was before.
    ("used to be 40% red, now 50% red, rest black", "50% red, 50% black"),
    ("было 40, стало 50% красного, остальное чёрный", "50% red, 50% black"),
    ("было 40% красного, стало 50% красного, остальное чёрный", "50% red, 50% black"),
    ("not 20 but 30% red, rest black", "30% red, 70% black"),
    ("red, scrap that, green 40%, black 60%", "40% green, 60% black"),
    # The number of a kit.
    ("к-т №3 красный 40%, чёрный 60%", "40% red, 60% black"),
    ("kit no. 3: red 40%, black 60%", "40% red, 60% black"),
    # Names of two words.
    ("terra cotta 40%, black 60%", "40% terracotta, 60% black"),
    ("терра котта 40%, чёрный 60%", "40% terracotta, 60% black"),
    ("sky-blue 40%, black 60%", "40% sky blue, 60% black"),
    ("небесно голубой", "sky blue"),
    # Marks for the row above.
    ('red 40%\n" 30%\nblack 30%', "70% red, 30% black"),
    ('red | 40%\n-"- | 10%\nblack | 50%', "50% red, 50% black"),
    ("red 40%\nditto 10%\nblack 50%", "50% red, 50% black"),
    ("красный 40%\nто же 10%\nчёрный 50%", "50% red, 50% black"),
    ("red 30%\nblack ditto\ngrey 40%", "30% red, 30% black, 40% grey"),
    ("красный 30%\nчёрный то же\nсерый 40%", "30% red, 30% black, 40% grey"),
    # Shades.
    ("very dark blue nearly black 40%, grey 60%", "40% very dark blue, 60% grey"),
    ("almost black grey", "dark grey"),
    ("почти чёрный синий", "dark blue"),
    ("nearly white grey 40%, black 60%", "40% light grey, 60% black"),
    ("оранж. яркий 30%, чёрн. 70%", "30% bright orange, 70% black"),
    ("син. тёмный 30%, чёрн. 70%", "30% dark blue, 70% black"),
    ("60% greys, 40% black", "60% grey, 40% black"),
    ("mostly black with about 15% mixed greys", "85% black, 15% grey"),
    ("40% light and dark grey, rest black", "20% light grey, 20% dark grey, 60% black"),
    ("40% светло- и тёмно-серого, остальное чёрный", "20% light grey, 20% dark grey, 60% black"),
    ("two shades of green half and half: RAL 6010 and RAL 6018", "50% RAL 6010, 50% RAL 6018"),
    # What each percent weighs.
    ("red 30% (7.5 kg), black 70% (17.5 kg)", "30% red, 70% black"),
    ("красный 30% (7,5 кг), чёрный 70% (17,5 кг)", "30% red, 70% black"),
]

REFUSED = [
    "neither red nor black",
    "ни красного, ни чёрного",
    "club crest in red and white on black",
    "герб клуба красный с белым на чёрном",
    "school emblem, red and white",
    "red 30% (10 kg), black 70% (17.5 kg)",
    "красный 30% (10 кг), чёрный 70% (17,5 кг)",
    "minus 10% red, black",
    "красный минус 10%, чёрный",
    "black 90%, 10% border",
    "10% border red, black",
]
