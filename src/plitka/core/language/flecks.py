"""Words for granules that lie in a ground of another colour, in English and Russian."""

FLECKS = (
    "sprinkled, sprinkles, fleck, flecks, flecked, flecking, speckle, speckles, speckled, вкрапление, "
    "вкрапления, вкраплений, "
    "вкраплением, вкраплениями, вкраплениям, крапинка, крапинки, крапинку, крапинкой, крапинками, "
    "в крапинку, крап, крапом, крапа, крапе, крапинок, крапочка, крапочки, крапочкой, крапочками, в крапочку, "
    "точечек, точка, точки, "
    "точек, точкой, точками, в точку, точечка, точечки, точечками, пятнышко, пятнышки, пятнышками, "
    "пятнышек, пятна, пятнами, пятен, брызги, брызгами, dot, dots, dotted, speck, specks, spot, spots, spotted, "
    "flk, flks, fleck rate, speckle rate, fleck "
    "density, fleck content, fleck ratio, confetti, bits, freckles, splashes, конфетти, "
    "крапины, крапин, крапиной, крапинами, вкрапл, включение, включения, "
    "включений, включением, включениями"
)
