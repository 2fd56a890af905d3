import { isDeepStrictEqual } from 'node:util';

/** A wrong answer: what was measured means nothing, and the whole run ends with an error. */
export class WrongAnswer extends Error {}

/** @throws WrongAnswer with the sentence when it does not hold */
export function check(holds, sentence) {
  if (!holds) throw new WrongAnswer(sentence);
}

/** @throws WrongAnswer showing both when they differ */
export function checkSame(actual, expected, what) {
  if (isDeepStrictEqual(actual, expected)) return;
  const [got, wanted] = [actual, expected].map((value) => String(JSON.stringify(value)).slice(0, 500));
  throw new WrongAnswer(`${what}: got ${got}, expected ${wanted}`);
}
