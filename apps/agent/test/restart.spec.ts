import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@berth/testing';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { bootId } from '../src/processes/proc.js';
import { AgentClient } from './support/agent-client.js';
import { apps } from './support/apps.js';
import { SlugShelf } from './support/slugs.js';
import { desiredOf, processesOf, worker } from './support/test-agent.js';

const project = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'berth-agent-main-'));
const client = new AgentClient(join(folder, 'agent.sock'));
const ledger = join(folder, 'agent/ledger');
const shelf = new SlugShelf();
let gateway: Server;
const agents: ChildProcess[] = [];

beforeAll(async () => {
  execFileSync(process.execPath, [join(project, '../../node_modules/typescript/bin/tsc'), '-b', project]);
  gateway = createServer((_request, response) => response.end('{"version":0}')).listen(join(folder, 'gateway.sock'));
});
afterAll(async () => {
  for (const agent of agents) agent.kill('SIGKILL');
  await new Promise((resolve) => gateway.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

async function startMain(): Promise<ChildProcess> {
  const env = {
    AGENT_FOLDER: join(folder, 'agent'),
    AGENT_SOCKET: join(folder, 'agent.sock'),
    GATEWAY_CONTROL_SOCKET: join(folder, 'gateway.sock'),
    BLOB_FOLDER: folder,
    TOOL_PATH: dirname(process.execPath),
    LOG_LEVEL: 'error',
  };
  const agent = spawn(process.execPath, [join(project, 'dist/main.js')], { env, stdio: 'inherit' });
  agents.push(agent);
  await eventually(() => client.call('GET', '/workloads'));
  return agent;
}

const exitOf = (child: ChildProcess): Promise<unknown> => new Promise((resolve) => child.once('exit', resolve));

async function runWorkload(): Promise<{ id: string; ids: string[]; apply(): Promise<void> }> {
  const digest = shelf.add({ ...apps, version: 'v1' });
  shelf.writeTo(folder);
  const processes = [worker('node escaper.js'), worker('node ticker.js', { name: 'ticker', instances: 2 })];
  const desired = desiredOf(digest, processes);
  const apply = () => client.apply(desired);
  await apply();
  const observed = await eventually(async () => {
    const found = await client.observe(desired.workloadId);
    expect(found.instances.map(({ state }) => state)).toEqual(['ready', 'ready', 'ready']);
    return found;
  });
  return { id: desired.workloadId, ids: observed.instances.map(({ id }) => id), apply };
}

describe('an agent that was killed', () => {
  it('ends at its next start what it left running, wherever that went, and nothing else', async () => {
    const first = await startMain();
    const { id, ids, apply } = await runWorkload();
    expect(readdirSync(ledger).sort()).toEqual(ids.map((each) => `${each}.json`).sort());
    await eventually(() => expect(processesOf(ids).length).toBeGreaterThanOrEqual(5));
    await eventually(async () => expect((await client.logs(id)).length).toBeGreaterThan(0));
    const ended = exitOf(first);
    first.kill('SIGKILL');
    await ended;
    expect(processesOf(ids).length).toBeGreaterThanOrEqual(3);
    // The ledger of another life names a process that is innocent: this test's own.
    writeFileSync(
      join(ledger, 'web-innocent.json'),
      JSON.stringify({ instanceId: 'web-innocent', pid: process.pid, startTime: 1, bootId: bootId() }),
    );
    writeFileSync(join(ledger, 'web-cut.json'), '{"instanceId": "web-');
    const second = await startMain();
    expect(processesOf(ids)).toEqual([]);
    expect(readdirSync(ledger)).toEqual([]);
    expect(readdirSync(join(folder, 'agent/instances'))).toEqual([]);
    expect((await client.call('GET', '/workloads')).body).toEqual({ items: [] });
    expect((await client.logs(id)).length).toBeGreaterThan(0);
    await apply();
    await eventually(async () =>
      expect((await client.observe(id)).instances.map(({ state }) => state)).toEqual(['ready', 'ready', 'ready']),
    );
    const fresh = (await client.observe(id)).instances.map((instance) => instance.id);
    const stopped = exitOf(second);
    second.kill('SIGTERM');
    expect(await stopped).toBe(0);
    expect(processesOf(fresh)).toEqual([]);
  });
});
