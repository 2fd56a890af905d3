import { createServer, type AddressInfo, type Server } from 'node:net';
import type { Deployment, Workload } from '@berth/contracts/deployment';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Api } from '../support/api.js';
import { ask, type Load, steadyLoad } from '../support/app-http.js';
import { processesNaming } from '../support/berth-process.js';
import type { Platform, StartPlatform } from '../support/platform.js';
import { Repository, webApp } from '../support/repository.js';
import { onDatabase } from '../support/stored.js';

const slowBuild = (answer: string) => ({
  ...webApp(answer),
  'package.json': JSON.stringify({ name: 'x', scripts: { build: 'sleep 600', start: 'node server.js' } }),
});
const neverListens =
  "require('node:http').createServer = () => ({ listen() {}, close() {} }); setInterval(() => undefined, 1000);";
/** Its port is open, so that it counts as ready, and no request is ever answered. */
const neverAnswers = "require('node:http').Server.prototype.emit = () => true;";

/** As many builds run at a time as a platform has room for that is told nothing of it. */
const SLOTS = 2;

/** Where it stood when it ended. */
const endedIn = ({ timeline }: Deployment) => timeline.at(-1)?.from;

/** Cancelling and superseding, in each phase of a deployment, on either composition of the platform. */
export function cancelSuite(start: StartPlatform): void {
  jest.setTimeout(300_000);

  let berth: Platform;
  let api: Api;
  let repository: Repository;
  let workload: Workload;
  let load: Load;
  /** A git host that takes connections and never says a word. */
  let silentHost: Server;

  const inDeploymentManagement = (sql: string) =>
    onDatabase(berth.databaseUrl('deployment-management'), (client) => client.query(sql));

  beforeAll(async () => {
    berth = await start();
    api = await Api.open(berth);
    silentHost = createServer((socket) => void socket.resume().on('error', () => undefined));
    await new Promise<void>((resolve) => silentHost.listen(0, '127.0.0.1', resolve));
    repository = await Repository.make(webApp('good'));
    workload = await api.workloadFor(repository);
    await api.deployLive(workload.id);
    load = steadyLoad(workload.url, 20);
  });
  afterAll(async () => {
    await load.stop();
    await berth.stopAndRemove();
    silentHost.close();
  });

  /** Cancels, waits for the end, and looks at what is left: the first release, alone, with its first process. */
  async function cancelled(id: string): Promise<Deployment> {
    await api.call('POST', `/v1/deployments/${id}/cancel`);
    const ended = await api.ended(id);
    expect(ended).toMatchObject({ status: 'cancelled', outcome: 'v1 keeps serving.' });
    await onlyTheFirstReleaseRuns();
    expect((await ask(workload.url)).body).toBe('good');
    return ended;
  }

  const onlyTheFirstReleaseRuns = () =>
    eventually(
      async () => {
        const { items } = await api.call<{ items: object[] }>('GET', `/v1/workloads/${workload.id}/instances`);
        expect(items).toMatchObject([{ release: 1, state: 'ready', routed: true, restarts: 0 }]);
        expect(await processesNaming(`${berth.folder}/builds/`)).toEqual([]);
        expect(await processesNaming(`${berth.folder}/agent/instances/`)).toHaveLength(1);
      },
      { within: 60_000 },
    );

  async function buildStatus(id: string): Promise<string> {
    const { buildId } = await api.deployment(id);
    return (await api.call<{ status: string }>('GET', `/v1/builds/${buildId}`)).status;
  }

  describe('a deployment that is cancelled ends so, the release before serves on, and nothing is left, while it', () => {
    it('is queued behind one that rolls', async () => {
      await repository.commit(webApp('stuck', neverListens));
      const rolling = await api.deploy(workload.id);
      await api.until(rolling.id, ['rolling']);
      const queued = await api.deploy(workload.id, { kind: 'release', number: 1 });
      expect((await api.deployment(queued.id)).status).toBe('queued');
      await api.call('POST', `/v1/deployments/${queued.id}/cancel`);
      expect(endedIn(await api.ended(queued.id))).toBe('queued');
      expect((await api.deployment(rolling.id)).status).toBe('rolling');
      expect(endedIn(await cancelled(rolling.id))).toBe('rolling');
    });

    it('is cloned', async () => {
      const { port } = silentHost.address() as AddressInfo;
      const { appId } = await api.workload(workload.id);
      const from = (url: string) =>
        api.call('PATCH', `/v1/apps/${appId}`, { source: { kind: 'git', url } }, { 'if-match': '*' });
      await from(`https://127.0.0.1:${port}/x.git`);
      const { id } = await api.deploy(workload.id);
      await from(repository.url);
      await eventually(async () => expect(await buildStatus(id)).toBe('cloning'));
      await eventually(async () => expect(await connections()).toBe(1), { within: 60_000 });
      expect(endedIn(await cancelled(id))).toBe('building');
      expect(await buildStatus(id)).toBe('cancelled');
      await eventually(async () => expect(await connections()).toBe(0));
    });

    it('builds', async () => {
      await repository.commit(slowBuild('slow'));
      const { id } = await api.deploy(workload.id);
      await eventually(async () => expect(await buildStatus(id)).toBe('building'), { within: 60_000 });
      await eventually(async () =>
        expect((await processesNaming(`${berth.folder}/builds/`)).length).toBeGreaterThan(0),
      );
      expect(endedIn(await cancelled(id))).toBe('building');
      expect(await buildStatus(id)).toBe('cancelled');
    });

    it('is prepared', async () => {
      await repository.commit(webApp('other'));
      await inDeploymentManagement(`
      create function stay() returns trigger language plpgsql as $$ begin raise exception 'not now'; end $$;
      create trigger stay before update on deployment for each row
        when (new.status = 'rolling' and old.status = 'preparing') execute function stay()`);
      const { id } = await api.deploy(workload.id);
      expect((await api.until(id, ['preparing'])).status).toBe('preparing');
      expect(endedIn(await cancelled(id))).toBe('preparing');
      await inDeploymentManagement('drop trigger stay on deployment; drop function stay');
    });

    it('rolls', async () => {
      await repository.commit(webApp('stuck', neverListens));
      const { id } = await api.deploy(workload.id);
      await api.until(id, ['rolling']);
      await eventually(async () => expect(await processesNaming(`${berth.folder}/agent/instances/`)).toHaveLength(2));
      expect(endedIn(await cancelled(id))).toBe('rolling');
    });
  });

  describe('while all build slots are taken, a deployment that is queued', () => {
    let builders: string[];

    beforeAll(async () => {
      builders = [];
      for (let slot = 1; slot <= SLOTS; slot++) {
        const other = await api.workloadFor(await Repository.make(slowBuild('other')));
        builders.push((await api.deploy(other.id)).id);
      }
      for (const id of builders)
        await eventually(async () => expect(await buildStatus(id)).toBe('building'), { within: 60_000 });
    });

    /** Asked for and on the way to no slot. */
    async function queued(): Promise<string> {
      const { id } = await api.deploy(workload.id);
      await eventually(async () => expect(await buildStatus(id)).toBe('queued'));
      expect((await api.deployment(id)).status).toBe('queued');
      return id;
    }

    it('is superseded by a newer one', async () => {
      const older = await queued();
      const newer = await queued();
      const ended = await api.ended(older);
      expect({ status: ended.status, from: endedIn(ended) }).toEqual({ status: 'superseded', from: 'queued' });
      await eventually(async () => expect(await buildStatus(older)).toBe('cancelled'));
      expect((await api.deployment(newer)).status).toBe('queued');
    });

    it('ends when it is cancelled, and never gets one', async () => {
      const waiting = await queued();
      await api.call('POST', `/v1/deployments/${waiting}/cancel`);
      for (const id of builders) {
        expect(await buildStatus(id)).toBe('building');
        await api.call('POST', `/v1/deployments/${id}/cancel`);
        expect((await api.ended(id)).status).toBe('cancelled');
      }
      const ended = await api.ended(waiting);
      expect({ status: ended.status, from: endedIn(ended) }).toEqual({ status: 'cancelled', from: 'queued' });
      await eventually(async () => expect(await buildStatus(waiting)).toBe('cancelled'));
      await onlyTheFirstReleaseRuns();
    });
  });

  it('no request was lost meanwhile', async () => {
    const { sent, failures } = await load.stop();
    expect(sent).toBeGreaterThan(100);
    expect(failures).toEqual([]);
  });

  describe('a deployment that is cancelled while it is verified', () => {
    it('gives the route back to the instances of the release before, which never ended', async () => {
      await repository.commit(webApp('mute', neverAnswers));
      const { id } = await api.deploy(workload.id);
      expect((await api.until(id, ['verifying'])).status).toBe('verifying');
      expect(endedIn(await cancelled(id))).toBe('verifying');
    });
  });

  const connections = (): Promise<number> =>
    new Promise((resolve, reject) =>
      silentHost.getConnections((error, count) => (error ? reject(error) : resolve(count))),
    );
}
