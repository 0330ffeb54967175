"""Everyday words that are spelled like a colour's name and never meant as one."""

_WORDS = (
    "other, same, what, back, wavy, dove, some, more, less, team, tell, tear, block, blank, while, write, read, "
    "send, said, golf, goal, grow, grew, life, live, line, list, mine, mind, raise, таких, такой, mold, greek, "
    "reach, beach, play, cold, sold, link, tank, trick, grown, drown, dream, scream, teach, cage, wage, nose, "
    "hose, dine, trust, dust, crust, time, dime, hint, alive, late, plate, state, skate, oral, rugby, boss, loss, "
    "toss, gross, glass, hand, stand, band, fade, deal, meal, seal, steal, heal, cash, wash, dash, mash, very, "
    "ferry, deaf, tape, hopper, hoppers, stopper, range, whether, apply, mean, usage, store, better, hold, sale, "
    "carry, sign, wise, lead, route, pick, rely, fold, leak, peak, mini, wire, told, wins, logos, mess, busy, "
    "plug, clap, pose, leap, bear, weather, handy, shorten, loses, snowy, fear, buster, grade, movie, wipe, seam, "
    "cutter, pace, flood, wear, hear, reading, handsome, lost, stay, rain, great, какой-то, какая-то, какое-то, "
    "как-то, красиво, сергей, сергею, галина, oliver, marina, bulk, pins"
)

ORDINARY = frozenset(_WORDS.split(", "))
"""In lower case."""

_MISTAKABLE = (
    "reed, greed, breed, redo, blur, glue, clue, flue, slack, greet, grin, whit, wine, pine, ping, pint, sink, gild, "
    "gall, cram, corral, brow, brawn, sane, lilt, plumb, bile, salon, gore, roes, rosy, rise, nave, blew, yell, ream, "
    "pean, oran, crea, gran, pach, grees, tana, blac, blown, crown, crowns, frown, "
    "preen, clack, flack, whine, whites, spite, черна, рыж"
)

MISTAKABLE = frozenset(_MISTAKABLE.split(", "))
"""Words of their own that are spelled like a short name of a colour: they are no slips, and refused as near to it."""
