import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@berth/testing';
import type { DesiredWorkload } from '@berth/contracts/runtime';
import { chmodSync } from 'node:fs';
import { dirname } from 'node:path';
import { desiredOf, TestAgent, web, worker } from './support/test-agent.js';

const ALLOWED = [
  ...['API_KEY', 'BERTH_INSTANCE', 'BERTH_PROCESS', 'BERTH_RELEASE', 'HOME', 'HOST', 'LANG'],
  ...['NODE_ENV', 'PATH', 'PORT', 'PWD', 'TMPDIR'],
];
const isRoot = process.getuid?.() === 0;

let agent: TestAgent;
beforeAll(async () => {
  agent = await TestAgent.start({ isolateUsers: isRoot });
});
afterAll(() => agent.dispose());

async function firstLine(desired: DesiredWorkload): Promise<string> {
  await agent.client.apply(desired);
  const line = await eventually(async () => {
    const found = (await agent.client.logs(desired.workloadId)).find(({ stream }) => stream === 'stdout');
    if (!found) throw new Error('nothing was written yet');
    return found.text;
  });
  await agent.client.call('DELETE', `/workloads/${desired.workloadId}`);
  return line;
}

describe('the environment of a process', () => {
  const launch = JSON.stringify({ path: ['tools'], env: { NODE_ENV: 'production', API_KEY: 'default' } });
  const files = {
    '.berth/launch.json': launch,
    'tools/show-environment': '#!/bin/sh\nenv | tr "\\n" ";"; echo; exec sleep 300\n',
    'node_modules/.bin/show-more': '#!/bin/sh\nexec show-environment\n',
  };
  const read = (line: string): Record<string, string> =>
    Object.fromEntries(
      line
        .split(';')
        .filter(Boolean)
        .map((part) => [part.split('=')[0], part.slice(part.indexOf('=') + 1)]),
    );

  it('holds its config, what the agent gives and what the build says; nothing of the platform', async () => {
    process.env.PLATFORM_SECRET = 'canary';
    const environment = { API_KEY: 'from config', PATH: '/evil', HOME: '/evil' };
    const desired = desiredOf(agent.slug('v1', files), [web('show-more')], { environment });
    const found = read(await firstLine(desired));
    expect(Object.keys(found).sort()).toEqual(expect.arrayContaining(ALLOWED.filter((name) => name !== 'PWD')));
    expect(Object.keys(found).filter((name) => !ALLOWED.includes(name) && name !== '_' && name !== 'OLDPWD')).toEqual(
      [],
    );
    expect(found).toMatchObject({
      API_KEY: 'from config',
      NODE_ENV: 'production',
      BERTH_PROCESS: 'web',
      BERTH_RELEASE: '1',
    });
    expect(found.PATH).toMatch(/^[^:]+\/tools:[^:]+\/node_modules\/\.bin:/);
    expect(found.PATH?.split(':')).toContain(dirname(process.execPath));
    expect(found.PATH).not.toContain('evil');
    expect(found.HOME).toMatch(/instances\/web-[0-9a-f]+\/home$/);
  });

  it('has no PORT but for web', async () => {
    const desired = desiredOf(agent.slug('v2', files), [worker('show-environment')]);
    expect(read(await firstLine(desired))).not.toHaveProperty('PORT');
  });

  it('leaves shell commands as they are written', async () => {
    const desired = desiredOf(agent.slug(), [worker('A=1 sh -c \'echo "$A and $B"\' && exec sleep 300')], {
      environment: { B: 'two' },
    });
    expect(await firstLine(desired)).toBe('1 and two');
  });

  it('is not there at all for a slug with a launch file that leads out of it', async () => {
    const bad = { '.berth/launch.json': '{"path": ["../../../bin"]}' };
    const desired = desiredOf(agent.slug('v3', bad), [worker('true')]);
    await agent.client.apply(desired);
    const { trouble } = await agent.until(desired.workloadId, (observed) => expect(observed.trouble).not.toBeNull());
    expect(trouble).toMatchObject({ cause: 'runtime_unavailable' });
    expect(trouble?.message).toContain('launch.json');
  });
});

describe('two workloads', () => {
  const spy = `#!/bin/sh
    echo "id=$(id -u) home=$HOME"
    umask 022; echo mine > "$HOME/secret"; echo shared > "$TMPDIR/other"
    try() { "$@" > /dev/null 2>&1 && echo "$1 $2 worked"; }
    while sleep 0.1; do
      for target in $(cat /proc/*/cmdline 2>/dev/null | tr '\\0' '\\n' | grep '^/.*/home$'); do try cat "$target/secret"; done
      try ls "$AGENT_FOLDER"; try ls "$AGENT_FOLDER/instances"; try ls "$AGENT_FOLDER/slugs"; try ls "$AGENT_FOLDER/logs"
      try touch "$SLUG/mine"; try cp spy.sh ./node_modules/x/index.js; try cat "$OTHER_HOME/secret"; try cat "$AGENT_FOLDER/agent.json"; try ls "$AGENT_FOLDER/ledger"
      cat "$HOME/secret" && echo done
    done`;

  it('run as users of their own who see nothing of each other nor of the agent', async () => {
    if (!isRoot) {
      await expect(new TestAgent().start({ isolateUsers: true })).rejects.toThrow(/needs root/);
      return;
    }
    const digest = agent.slug('spy', { 'spy.sh': spy, 'node_modules/x/index.js': 'x' });
    const folder = `${agent.folder}/agent`;
    const known = { AGENT_FOLDER: folder, SLUG: `${folder}/slugs/${digest.slice('sha256:'.length)}` };
    const first = desiredOf(digest, [worker('./spy.sh')], { environment: { ...known, OTHER_HOME: '/none' } });
    await agent.client.apply(first);
    const home = await eventually(async () => homeOf((await textOf(first))[0]));
    const second = desiredOf(digest, [worker('./spy.sh')], { environment: { ...known, OTHER_HOME: home } });
    await agent.client.apply(second);
    await eventually(async () =>
      expect((await textOf(second)).filter((line) => line === 'done').length).toBeGreaterThan(1),
    );
    expect(
      new Set([...(await textOf(first)), ...(await textOf(second))].filter((line) => line.endsWith('worked'))),
    ).toEqual(new Set());
    const ids = [(await textOf(first))[0], (await textOf(second))[0]].map((line) =>
      Number(/^id=(\d+)/.exec(line ?? '')?.[1]),
    );
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id).toBeGreaterThanOrEqual(200_000);
  });

  it('of which none runs when a folder above is closed to them', async () => {
    if (!isRoot) return expect(isRoot).toBe(false);
    const closed = new TestAgent();
    const start = closed.start({ isolateUsers: true });
    chmodSync(closed.folder, 0o700);
    await expect(start).rejects.toThrow(/cannot pass through/);
  });

  const textOf = async (desired: DesiredWorkload): Promise<string[]> =>
    (await agent.client.logs(desired.workloadId)).filter(({ stream }) => stream === 'stdout').map(({ text }) => text);

  function homeOf(line: string | undefined): string {
    const found = /home=(.*)$/.exec(line ?? '')?.[1];
    if (!found) throw new Error('not started yet');
    return found;
  }
});
