import { beforeEach, describe, expect, it } from '@jest/globals';
import { events, idOf, json, page, task, workload } from './platform.js';
import { platform, terminal, withPlatform } from './with-platform.js';

const variables = { BERTH_TOKEN: 'a-token' };
const path = `/v1/tasks/${idOf(70)}`;
const line = (text: string, stream: string) => ({ id: text, event: 'line', data: { text, stream } });
const end = { event: 'end', data: { status: 'succeeded', exitCode: 0 } };

describe('tasks', () => {
  withPlatform();
  beforeEach(() => {
    platform.on('GET /v1/workloads', page(workload()));
    platform.on(`POST /v1/workloads/${idOf(40)}/tasks`, (_, response) =>
      json(response, task({ status: 'queued', exitCode: null, endedAt: null }), 202),
    );
    platform.on(`GET ${path}/logs`, events(line('one', 'stdout'), line('two', 'stderr'), end));
  });

  const berth = (...words: string[]) => terminal.berth(words, { variables });
  it('run prints what the command prints, words and options of it untouched', async () => {
    platform.on(`GET ${path}`, task());
    const ran = await berth('run', '--memory', '64Mi', '--deadline', '2m', 'node', 'seed.js', '--json', 'a b');
    expect(ran).toEqual({ code: 0, stdout: 'one\n', stderr: 'two\n' });
    expect(platform.bodies(`POST /v1/workloads/${idOf(40)}/tasks`)).toEqual([
      { command: "node seed.js --json 'a b'", memoryMib: 64, deadlineSeconds: 120 },
    ]);
  });

  it('run ends with the code of the command', async () => {
    platform.on(`GET ${path}`, task({ status: 'failed', exitCode: 3 }));
    expect(await berth('run', 'false')).toEqual({ code: 3, stdout: 'one\n', stderr: 'two\n' });
  });

  it('run says why what never ended by itself did not', async () => {
    const failure = { cause: 'timeout' as const, message: 'It did not end in 1 s.', evidence: [], nextStep: 'Hurry.' };
    platform.on(`GET ${path}`, task({ status: 'timeout', exitCode: null, failure }));
    const ran = await berth('run', 'sleep 9');
    expect(ran).toMatchObject({ code: 1, stderr: expect.stringContaining('It did not end in 1 s.') });
    expect(ran.stderr).toContain('Hurry.');
  });

  it('run --detach does not wait', async () => {
    const ran = await berth('run', '--detach', 'node seed.js');
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining(`berth tasks logs ${idOf(70)}`) });
    expect(platform.received.map((each) => each.path)).not.toContain(`${path}/logs`);
  });

  it('show and cancel take the newest one when none is named', async () => {
    const failure = { cause: 'task_failed' as const, message: 'Code 3.', evidence: ['boom'], nextStep: 'Mend it.' };
    platform.on('GET /v1/tasks', page(task({ status: 'failed', exitCode: 3, failure })));
    const shown = await berth('tasks', 'show');
    for (const part of ['node seed.js', 'v3', 'Code 3.', 'boom', 'Mend it.']) expect(shown.stdout).toContain(part);
    platform.on(`POST ${path}/cancel`, task({ status: 'cancelled', exitCode: null }));
    expect((await berth('tasks', 'cancel')).stdout).toBe(`Task ${idOf(70)} is cancelled.\n`);
  });
});
