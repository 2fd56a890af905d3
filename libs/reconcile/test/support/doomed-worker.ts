import { settled } from '../../src/index.js';
import { startReconcileApp } from './reconcile-app.js';

/**
 * A worker process for kill tests: url and behaviour come as arguments, and what it does goes to stdout, line by line.
 * `hold` never ends its run; `write` never ends between its write and the commit; `suspend` stops itself before it writes,
 * as its host may, and says whether the write was refused once it is woken; `count` writes one row per run.
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
          if (behaviour === 'suspend') process.kill(process.pid, 'SIGSTOP');
          const writing = context.transaction(async (tx) => {
            await tx.query('insert into effect (key, pid) values ($1, $2)', [key, process.pid]);
            if (behaviour !== 'write') return;
            say(`written ${key}`);
            await new Promise(() => undefined);
          });
          if (behaviour === 'suspend') await writing.catch(() => say(`refused ${key}`));
          await writing;
          return settled;
        },
      },
      { leaseSeconds: 2 },
    ],
  },
});
say('ready');
setInterval(() => undefined, 60_000);
