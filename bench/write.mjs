import { auditChain, verifyChain } from '@berth/access';
import { check, checkSame } from './support/check.mjs';
import { withChildren } from './support/children.mjs';
import { inPairs } from './support/pairs.mjs';
import { createDatabase, withClient, withPostgres } from './support/postgres.mjs';
import { atLeast, ratioRow } from './support/rows.mjs';

export const name = 'a business write (row, outbox, audit, one commit), against bare pg sending the same statements';

const CLIENTS = 16;
const WRITES_EACH = 60;
const PROCESSES = new URL('./write/processes.mjs', import.meta.url);

export const run = (options) =>
  withPostgres((postgres) =>
    withChildren(async (start) => {
      const url = await createDatabase(postgres.url, 'write');
      const service = await start(PROCESSES, 'service', url, CLIENTS);
      const bare = await start(PROCESSES, 'bare', url, CLIENTS, JSON.stringify(service.ready.recording));
      const { organizations } = service.ready;
      const counted = counter();
      const rateOf =
        ({ ask }, chosen) =>
        async () => {
          const writes = counted(chosen);
          return writes.flat().length / (await ask('write', writes));
        };
      const sides = (chosen) => ({ ours: rateOf(service, chosen), base: rateOf(bare, chosen) });
      const [spread, hot] = [organizations, organizations.map(() => organizations[0])];
      await inPairs({ rounds: 1 }, sides(spread));
      const row = { id: 'M5', unit: 'writes/s', goal: atLeast(0.7) };
      const rows = [
        ratioRow({
          ...row,
          what: `write, ${CLIENTS} clients, an organization each`,
          pairs: await inPairs(options, sides(spread)),
        }),
        ratioRow({
          ...row,
          what: `write, ${CLIENTS} clients, all in one organization`,
          pairs: await inPairs(options, sides(hot)),
        }),
      ];
      await withClient(url, (client) => checkStored(client, organizations, counted.total));
      return rows;
    }),
  );

/** Makes writes with names of their own, for as many clients as organizations are given, and counts them. */
function counter() {
  const next = (organizations) =>
    organizations.map((organizationId) =>
      Array.from({ length: WRITES_EACH }, () => ({ organizationId, slug: `project-${++next.total}` })),
    );
  next.total = 0;
  return next;
}

/** Everything that was acknowledged is there with its events, and every chain of audit entries is whole, whoever wrote it. */
async function checkStored(client, organizations, written) {
  const { rows } = await client.query(`
    select (select count(*)::int from project where slug like 'project-%') as projects,
           (select count(*)::int from outbox where event->>'type' = 'berth.project.created.v1') as created,
           (select count(*)::int from outbox where event->>'type' = 'berth.audit.recorded.v1') as recorded,
           (select count(*)::int from audit_entry) as entries`);
  const before = 2;
  const all = written + before;
  checkSame(
    rows[0],
    { projects: written, created: all, recorded: all, entries: all },
    'rows, events and audit entries',
  );
  const sql = { query: async (text, values) => (await client.query(text, values)).rows };
  for (const organizationId of organizations) {
    const { entries, head } = await auditChain(sql, 'deployment-management', organizationId);
    check(verifyChain(entries, head) === undefined, `the audit chain of ${organizationId} is broken`);
  }
}
