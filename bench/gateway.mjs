import { requestsThrough } from './gateway/traffic.mjs';
import { withChildren } from './support/children.mjs';
import { inPairs } from './support/pairs.mjs';
import { atMost, ratioRow } from './support/rows.mjs';
import { p50, p99 } from './support/statistics.mjs';

export const name = 'a request to an app through the gateway, against the least that a proxy on node:http can be';

const REQUESTS = 4_000;
const PROCESSES = new URL('./gateway/processes.mjs', import.meta.url);

export const run = (options) =>
  withChildren(async (start) => {
    const { ready: app } = await start(PROCESSES, 'app');
    const { ready: base } = await start(PROCESSES, 'bare', app);
    const { ready: ours } = await start(PROCESSES, 'gateway', app);
    const sides = {
      ours: () => requestsThrough(ours, REQUESTS),
      base: () => requestsThrough(base, REQUESTS),
    };
    await inPairs({ rounds: 1 }, sides);
    const pairs = await inPairs(options, sides);
    const row = { id: 'M14', unit: 'ms', goal: atMost(1.2), pairs };
    return [
      ratioRow({ ...row, what: 'request through the app route, p50', of: p50 }),
      ratioRow({ ...row, what: 'request through the app route, p99', of: p99 }),
    ];
  });
