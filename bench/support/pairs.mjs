export const ROUNDS = 5;

/**
 * Measures two things turn and turn about, the order changing with each round, so that a busy machine troubles both alike.
 * Each side is an async function of the round's number; answers one `{ours, base}` for each round, with what the sides answered.
 */
export async function inPairs({ rounds = ROUNDS }, { ours, base }) {
  const pairs = [];
  for (let round = 0; round < rounds; round++) {
    const pair = {};
    for (const [name, side] of inTurn({ ours, base }, round)) pair[name] = await side(round);
    pairs.push(pair);
  }
  return pairs;
}

const inTurn = (sides, round) => (round % 2 === 0 ? Object.entries(sides) : Object.entries(sides).reverse());
