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
]

REFUSED = [
    "neither red nor black",
    "ни красного, ни чёрного",
    "club crest in red and white on black",
    "герб клуба красный с белым на чёрном",
    "school emblem, red and white",
]
