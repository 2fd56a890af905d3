import { createDatabase } from '../support/postgres.mjs';
import { inPairs } from '../support/pairs.mjs';
import { atMost, figureRow, ratioRow } from '../support/rows.mjs';

const PROCESS = new URL('./checks-process.mjs', import.meta.url);
const [FEW, MANY, CHECKS, TOKENS, FRESH] = [10, 10_000, 100_000, 20_000, 500];

/** Processor time of a check, and of a token's verification, in microseconds. */
export async function checkRows(start, serverUrl, options) {
  const service = await start(PROCESS, await createDatabase(serverUrl, 'checks'), FEW, MANY, FRESH * options.rounds);
  const rows = [];
  for (const [scene, what] of Object.entries(service.ready.scenes)) {
    const timesOf = (count) => () => service.ask('check', { scene, count, checks: CHECKS });
    const sides = { ours: timesOf(MANY), base: timesOf(FEW) };
    await inPairs({ rounds: 1 }, sides);
    const pairs = await inPairs(options, sides);
    rows.push(ratioRow({ id: 'check', what: `${what}, ${MANY} against ${FEW}`, unit: 'us', goal: atMost(1.3), pairs }));
  }
  const [seen, fresh] = [[], []];
  for (let round = 0; round < options.rounds; round++) {
    seen.push(await service.ask('verifySeen', TOKENS));
    fresh.push(await service.ask('verifyFresh', { from: round * FRESH, count: FRESH }));
  }
  const token = { id: 'token', unit: 'us', goal: atMost(60) };
  return [
    ...rows,
    figureRow({ ...token, what: 'verifying a token that was seen before', values: seen }),
    figureRow({ ...token, what: 'verifying a token for the first time', values: fresh }),
  ];
}
