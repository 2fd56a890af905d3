import { beforeEach, describe, expect, it } from '@jest/globals';
import { idOf, json, page, schedule, workload } from './platform.js';
import { platform, terminal, withPlatform } from './with-platform.js';

const at = '2026-11-21T10:00:00.000Z';
const one = `/v1/schedules/${idOf(71)}`;

describe('schedules', () => {
  withPlatform();
  beforeEach(() => {
    platform.on('GET /v1/workloads', page(workload()));
    platform.on('GET /v1/schedules', page(schedule(), schedule({ id: idOf(72), name: 'other', nextAt: null })));
  });
  const berth = (...words: string[]) => terminal.berth(words, { variables: { BERTH_TOKEN: 'a-token' } });

  it('create says when it runs next, and leaves the words of the command alone', async () => {
    const route = `POST /v1/workloads/${idOf(40)}/schedules`;
    platform.on(route, (_, response) => json(response, schedule(), 201));
    const options = ['--cron', '0 3 * * *', '--time-zone', 'Europe/Berlin', '--cpu', '0.5'];
    const ran = await berth('schedules', 'create', ...options, 'nightly', 'node', 'report.js', '--cron');
    expect(ran).toMatchObject({ code: 0, stdout: 'Schedule nightly runs next at 2026-11-21 10:00:00.\n' });
    expect(platform.bodies(route)).toEqual([
      {
        ...{ name: 'nightly', cron: '0 3 * * *', timeZone: 'Europe/Berlin', cpuMillicores: 500 },
        command: 'node report.js --cron',
      },
    ]);
  });

  it('create asks for times', async () =>
    expect(await berth('schedules', 'create', 'nightly', 'true')).toMatchObject({ code: 2 }));

  it('list tells which rest', async () => {
    const { stdout } = await berth('schedules', 'list');
    expect(stdout).toMatch(/nightly +0 3 \* \* \* +Europe\/Berlin +2026-11-21 10:00:00 +node report.js/);
    expect(stdout).toMatch(/other .* suspended/);
  });

  it('runs shows what ran and what did not', async () => {
    const run = { id: idOf(73), dueAt: at, count: 1, reason: null, taskId: null, status: null };
    platform.on(
      `GET ${one}/runs`,
      page(
        { ...run, outcome: 'started', taskId: idOf(70), status: 'failed' },
        { ...run, outcome: 'missed', count: 3, reason: 'Nobody was there.' },
      ),
    );
    const { stdout } = await berth('schedules', 'runs', 'nightly');
    expect(stdout).toMatch(new RegExp(`failed +${idOf(70)}`));
    expect(stdout).toMatch(/missed 3 times .*Nobody was there\./);
  });

  it.each([
    ['suspend', true],
    ['resume', false],
  ])('%s changes the one that was looked at', async (verb, suspended) => {
    platform.on(`PATCH ${one}`, schedule({ suspended }));
    expect(await berth('schedules', verb, 'nightly')).toMatchObject({ code: 0, stderr: '' });
    const [request] = platform.to(`PATCH ${one}`);
    expect(request?.headers['if-match']).toBe('"4"');
    expect(platform.bodies(`PATCH ${one}`)).toEqual([{ suspended }]);
  });

  it('delete takes the one of that name, and no other', async () => {
    platform.on(`DELETE ${one}`, (_, response) => response.writeHead(204).end());
    expect(await berth('schedules', 'delete', 'nightly')).toMatchObject({ code: 0 });
    expect(await berth('schedules', 'delete', 'unknown')).toMatchObject({ code: 4 });
    expect(platform.received.filter(({ method }) => method === 'DELETE')).toHaveLength(1);
  });
});
