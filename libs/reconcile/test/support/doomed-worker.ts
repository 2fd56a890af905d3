import { settled } from '../../src/index.js';
import { startReconcileApp } from './reconcile-app.js';

/**
 * A worker process for kill tests: url and behaviour come as arguments, and what it does goes to stdout, line by line.
 * `hold` never ends its run; `write` is killed between its write and the commit; `count` writes one row per run.
 */
const [url = '', behaviour = 'count'] = process.argv.slice(2);
const say = (line: string) => process.stdout.write(`${line}\n`);

await startReconcileApp({
  url,
  reconcilers: {
    q: [
      {
        reconcile: async (key, context) => {
          say(`run ${key}`);
          if (behaviour === 'hold') await new Promise(() => undefined);
          await context.transaction(async (tx) => {
            await tx.query('insert into effect (key, pid) values ($1, $2)', [key, process.pid]);
            if (behaviour !== 'write') return;
            say(`written ${key}`);
            await new Promise((resolve) => setTimeout(resolve, 3_000));
          });
          return settled;
        },
      },
      { leaseSeconds: 1 },
    ],
  },
});
say('ready');
setInterval(() => undefined, 60_000);
