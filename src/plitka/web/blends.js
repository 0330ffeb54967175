/** Mixes that the trade makes: gym floors, playgrounds and parks. Their names are in the texts. */

/** @typedef {keyof typeof import("./texts/en.js").default.blends.names} BlendName */
/** @typedef {{name: BlendName, mix: [code: string, percent: number][]}} Blend */

/** @type {Blend[]} */
export const BLENDS = [
  { name: "playground", mix: [["RED", 50], ["BLACK", 50]] },
  { name: "lawn", mix: [["GRSGRN", 50], ["BLACK", 50]] },
  { name: "gym10", mix: [["BLACK", 90], ["GRAY", 10]] },
  { name: "gym20", mix: [["BLACK", 80], ["BLUE", 20]] },
  { name: "granite", mix: [["BLACK", 50], ["GRAY", 25], ["WHITE", 25]] },
  { name: "violet", mix: [["VIOLET", 80], ["PINK", 15], ["WHITE", 5]] },
  { name: "turquoise", mix: [["TURQSE", 90], ["WHITE", 10]] },
  { name: "night", mix: [["DKBLUE", 80], ["BLUE", 15], ["WHITE", 5]] },
  { name: "sand", mix: [["BEIGE", 60], ["BROWN", 25], ["WHITE", 15]] },
  { name: "autumn", mix: [["RED", 40], ["ORANGE", 20], ["BROWN", 40]] },
];
