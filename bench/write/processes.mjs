// The two processes of the benchmark of writes: the service making projects, and bare pg sending the same statements.
import { randomUUID } from 'node:crypto';
import { Confinement, withCorrelation } from '@berth/service-kit';
import { Client } from 'pg';
import { ProjectsService } from '../../apps/deployment-management/dist/projects/projects.service.js';
import { announce } from '../support/child.mjs';
import { startDeploymentManagement } from '../support/service.mjs';
import { anew, transactionIn } from './recording.mjs';

const [role, databaseUrl, clients, recorded] = process.argv.slice(2);
await { service: runService, bare: runBare }[role]();

/** As `api`, so that what happens to the events afterwards, here or in another process, is not in the figure. */
async function runService() {
  const environment = { ROLE: 'api', DATABASE_POOL: clients };
  const { app, identity } = await startDeploymentManagement(databaseUrl, environment);
  const projects = app.get(ProjectsService, { strict: false });
  const subjectId = randomUUID();
  const caller = { subjectId, sessionId: randomUUID(), kind: 'user', administrator: false, scopes: ['*'] };
  const quota = { projects: 10_000_000 };
  const made = Array.from({ length: Number(clients) }, () => identity.organization({ quota }));
  const organizations = await Promise.all(made);
  for (const organizationId of organizations) await identity.member(organizationId, 'admin', { subjectId });
  // As a request does it, which is confined to the organization that it was allowed in.
  const create = (organizationId, slug) =>
    withCorrelation({ correlationId: 'bench', confinement: new Confinement() }, () =>
      projects.create(caller, { organizationId, slug }),
    );
  const [organizationId] = organizations;
  await create(organizationId, 'first');
  const statements = await transactionIn(() => create(organizationId, 'the-recorded-one'));
  const write = (writes) => seconds(writes, (each) => create(each.organizationId, each.slug));
  announce(
    { organizations, recording: { statements, organizationId, subjectId, slug: 'the-recorded-one' } },
    { write },
  );
}

async function runBare() {
  const { statements, organizationId, subjectId, slug } = JSON.parse(recorded);
  const pool = await Promise.all(Array.from({ length: Number(clients) }, () => connect()));
  const write = (writes) => {
    const prepared = writes.map((lane) =>
      lane.map((each) => {
        const names = { [organizationId]: each.organizationId, [subjectId]: subjectId, [slug]: each.slug };
        return anew(statements, names);
      }),
    );
    return seconds(prepared, async (transaction, lane) => {
      for (const statement of transaction) await pool[lane].query(statement);
    });
  };
  announce({}, { write });
}

async function connect() {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  return client;
}

/** How long all lanes take, side by side, each doing its work one after the other. */
async function seconds(lanes, work) {
  const begun = performance.now();
  await Promise.all(
    lanes.map(async (lane, number) => {
      for (const each of lane) await work(each, number);
    }),
  );
  return (performance.now() - begun) / 1_000;
}
