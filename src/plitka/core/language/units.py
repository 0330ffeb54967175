"""Units of mass and length in a recipe, in English and Russian."""

from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType

MASSES: Mapping[int | Fraction, str] = MappingProxyType(
    {
        1: "g, gr, gram, grams, gramme, grammes, г, гр, грамм, грамма, граммов",
        1000: (
            "kg, kgs, kilo, kilos, kilogram, kilograms, kilogramme, kilogrammes, кг, кило, килограмм, килограмма, "
            "килограммов"
        ),
        1_000_000: "t, tonne, tonnes, ton, tons, т, тонна, тонны, тонн",
        Fraction(45359237, 100_000): "lb, lbs, pound, pounds, фунт, фунта, фунтов",
        Fraction(28349523125, 1_000_000_000): "oz, ounce, ounces, унция, унции, унций",
        25_000: "bag, bags, sack, sacks, меш, мешок, мешка, мешки, мешков, мешками, мешках",
        0: "bucket, buckets, scoop, scoops, litre, litres, liter, liters, ведро, ведра, вёдер, литр, литра, литров",
    }
)
"""By grams; a bag of the trade has 25 kg."""

LENGTHS = {
    "unit": (
        "mm, cm, millimetre, millimetres, millimeter, millimeters, centimetre, centimetres, centimeter, centimeters, "
        "metre, metres, meter, meters, square metre, square metres, square meter, square meters, sqm, "
        "m2, m3, м2, м3, inch, inches, "
        "миллиметр, миллиметра, миллиметров, сантиметр, сантиметра, сантиметров, метр, метра, метров, кв, квадрат, "
        "квадрата, квадратов, квадратных метров, квадратный метр, квадратных метра, кв метров, кв метра"
    ),
    "whole": "десятка, пятнашка, двадцатка, тридцатка, сороковка, сороковая, тридцатая, двадцатая",
}
"""Units in words, and what makers call a tile of so many millimetres."""
