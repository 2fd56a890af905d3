import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { Api } from './support/api.js';
import { BerthProcess } from './support/berth-process.js';

jest.setTimeout(600_000);

interface Made {
  readonly id: string;
}

const CLIENTS = 8;
const TIMES = 125;

let berth: BerthProcess;
let clients: Api[];
beforeAll(async () => {
  berth = await BerthProcess.start();
  clients = [];
  // One after the other: many logins at once are slowed down as guessing is.
  for (let client = 0; client < CLIENTS; client++) clients.push(await Api.open(berth, `client-${client}`));
});
afterAll(() => berth.stopAndRemove());

/** Who hears that a change of access is on its way asks again, as every client of ours does by itself. */
async function create(api: Api, path: string, body: object): Promise<Made> {
  for (;;)
    try {
      return await api.call<Made>('POST', path, body);
    } catch (error) {
      if (!String(error).includes('access_pending')) throw error;
    }
}

async function foundOften(api: Api, client: number): Promise<string[]> {
  const projects: string[] = [];
  for (let time = 1; time <= TIMES; time++) {
    const { id: organizationId } = await create(api, '/v1/organizations', { slug: `breath-${client}-${time}` });
    projects.push((await create(api, '/v1/projects', { organizationId, slug: 'shop' })).id);
  }
  return projects;
}

it('an organization and a project in it are made in the same breath through the gateway, 1,000 times of 1,000', async () => {
  const made = await Promise.all(clients.map(foundOften));
  expect(new Set(made.flat()).size).toBe(CLIENTS * TIMES);
});
