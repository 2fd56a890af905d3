import { randomUUID } from 'node:crypto';
import type { Cluster, Delegation } from '@berth/contracts/deployment';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DelegationsRepository } from '../src/delegations/delegations.repository.js';
import type { Client } from './fixtures/client.js';
import { Platform } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';
import { unaskedCluster } from './fixtures/unasked-cluster.js';

let platform: Platform;
let scene: Scene;
let machine: Client;
let machineId: string;
let cluster: string;
beforeAll(async () => {
  // Nobody follows clusters here: what they hold is a matter of the Kubernetes tier.
  platform = await Platform.start({ environment: { ROLE: 'api' } });
});
afterAll(() => platform.close());
beforeEach(async () => {
  scene = await Scene.make(platform);
  machineId = randomUUID();
  await platform.identity.member(scene.organizationId, 'developer', { subjectId: machineId });
  machine = await machineUntil(ends);
  cluster = (await unaskedCluster({ service: platform.service, query: (...all) => platform.query(...all) })).name;
});

const scopes = ['apps:*', 'deployments:create'];
const ends = new Date('2100-01-01T00:00:00Z');
const machineUntil = async (sessionEndsAt: Date | null): Promise<Client> =>
  platform.client(
    await platform.identity.token({ subjectId: machineId, kind: 'service-account', scopes, sessionEndsAt }),
  );
const path = () => `/v1/projects/${scene.project.id}/delegations`;
const body = (more: object = {}) => ({ cluster, namespace: 'team', ...more });
const list = async () => (await scene.owner.get<{ items: Delegation[] }>(path())).items;

describe('a delegation', () => {
  it('speaks for the service account that asks, with the scopes of its token', async () => {
    const made = await machine.post<Delegation>(path(), body());
    expect(made).toEqual({
      ...{ id: made.id, organizationId: scene.organizationId, projectId: scene.project.id, conditions: [] },
      ...{ cluster, namespace: 'team', subjectId: machineId, scopes: ['apps:*', 'deployments:create'] },
      ...{ endsAt: ends.toISOString(), createdAt: expect.any(String) },
    });
    expect(await list()).toEqual([made]);
    expect(await scene.owner.get(`${path()}/${made.id}`)).toEqual(made);
    const [act] = await platform.query(
      `select actor, detail - 'request' as detail from audit_entry where action = 'delegations:create' and target->>'id' = $1 order by sequence`,
      [made.id],
    );
    expect(act).toMatchObject({
      ...{ actor: { kind: 'service-account', id: machineId } },
      detail: { namespace: 'team', subjectId: machineId },
    });
  });

  it.each([
    ['a person', () => scene.owner, {}, 422, 'service_account_needed'],
    ['for a cluster that there is not', () => machine, { cluster: 'nowhere' }, 422, 'cluster_unknown'],
    ['for a cluster without objects', () => machine, { cluster: 'local' }, 422, 'cluster_without_objects'],
    ['for what is no namespace', () => machine, { namespace: 'No/Name' }, 422, 'validation_failed'],
  ])('is refused: %s', async (_, who, more, status, code) => {
    expect(await who().refusal('POST', path(), body(more))).toMatchObject({ status, code });
    expect(await list()).toEqual([]);
  });

  it('is none of a token whose end is not known, or is over', async () => {
    for (const end of [null, new Date(Date.now() - 1_000)])
      expect(await (await machineUntil(end)).refusal('POST', path(), body())).toMatchObject({
        ...{ status: 422, code: 'token_without_end' },
      });
    expect(await list()).toEqual([]);
  });

  it.each(['ends_at', 'revoked_at'])('that says nothing any more (%s) is in no other’s way', async (column) => {
    const { id } = await machine.post<Delegation>(path(), body());
    const over = new Date(Date.now() - 1_000).toISOString();
    await platform.query(`update delegation set ${column} = $2 where id = $1`, [id, over]);
    expect(await list()).toMatchObject([{ id, endsAt: over }]);
    const made = await machine.post<Delegation>(path(), body());
    expect(await list()).toEqual([made]);
  });

  it('is one for each namespace and project, and ends for good', async () => {
    const { id } = await machine.post<Delegation>(path(), body());
    expect(await machine.refusal('POST', path(), body())).toMatchObject({ status: 409, code: 'delegation_exists' });
    await scene.owner.delete(`${path()}/${id}`);
    expect(await list()).toEqual([]);
    expect(await scene.owner.refusal('DELETE', `${path()}/${id}`)).toMatchObject({ status: 404 });
    await machine.post<Delegation>(path(), body());
  });

  it('is another project’s business there only', async () => {
    const { id } = await machine.post<Delegation>(path(), body());
    const other = await Scene.make(platform);
    const elsewhere = `/v1/projects/${other.project.id}/delegations/${id}`;
    for (const method of ['GET', 'DELETE'])
      expect(await other.owner.refusal(method, elsewhere)).toMatchObject({ status: 404 });
    expect(await machine.refusal('POST', `/v1/projects/${other.project.id}/delegations`, body())).toMatchObject({
      status: 404,
    });
    expect(await list()).toHaveLength(1);
  });

  it('does not keep its cluster from being removed, and is in force there no more', async () => {
    await machine.post<Delegation>(path(), body());
    const administrator = platform.client(await platform.identity.token({ administrator: true }));
    const { items } = await administrator.get<{ items: Cluster[] }>(`/v1/clusters?name=${cluster}`);
    await administrator.delete(`/v1/clusters/${items[0]?.id}`);
    const delegations = platform.service.app.get(DelegationsRepository, { strict: false });
    const speaking = await delegations.speakingClusters(platform.service.database);
    expect(speaking.map(({ id }) => id)).not.toContain(items[0]?.id);
  });
});
