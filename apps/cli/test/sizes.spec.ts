import { describe, expect, it } from '@jest/globals';
import { done, idOf, json, problem } from './platform.js';
import { platform, terminal, withPlatform } from './with-platform.js';

const path = `/v1/workloads/${idOf(40)}/vertical-autoscaling`;
const vertical = (processes: object, over: object = {}) => ({
  ...{ workloadId: idOf(40), processes, state: 'watching', message: 'The sizes fit.' },
  ...{ deploymentId: null, restsUntil: null, ...over },
});
const web = { memoryMib: { min: 128, max: 1_024 } };
const berth = (...words: string[]) =>
  terminal.berth(['autoscale', ...words], { variables: { BERTH_TOKEN: 'a-token' } });

describe('sizes that follow use', () => {
  withPlatform();
  const follow = (processes: object) => platform.on(`GET ${path}`, vertical(processes));
  const followNothing = () => platform.on(`GET ${path}`, (_, response) => problem(response, 404, 'not_found'));

  it('are set for one process type, and those of the others stay', async () => {
    const worker = { cpuMillicores: { min: 100, max: 200 } };
    follow({ worker });
    platform.on(`PUT ${path}`, ({ body }, response) =>
      json(response, vertical((JSON.parse(body.toString()) as { processes: object }).processes)),
    );
    const { stdout } = await berth('set', 'web', '--memory', '128Mi..1Gi', '--cpu', '100m..1');
    const both = { ...web, cpuMillicores: { min: 100, max: 1_000 } };
    expect(platform.bodies(`PUT ${path}`)).toEqual([{ processes: { worker, web: both } }]);
    expect(stdout).toBe('worker 100m..200m\nweb 100m..1000m 128Mi..1024Mi\nwatching: The sizes fit.\n');
  });

  it('are set where none were', async () => {
    followNothing();
    platform.on(`PUT ${path}`, vertical({ web }));
    expect(await berth('set', 'web', '--memory', '128Mi..1Gi')).toMatchObject({ code: 0 });
    expect(platform.bodies(`PUT ${path}`)).toEqual([{ processes: { web } }]);
  });

  it.each([
    ['nothing', []],
    ['one bound', ['--memory', '128Mi']],
    ['three bounds', ['--memory', '128Mi..256Mi..1Gi']],
    ['bounds of nothing', ['--cpu', 'some..more']],
  ])('are not set by %s', async (_what, words) => {
    follow({});
    expect(await berth('set', 'web', ...words)).toMatchObject({ code: 2 });
    expect(platform.to(`PUT ${path}`)).toEqual([]);
  });

  it('are shown with what was decided last, and until when nothing else is', async () => {
    const rest = { state: 'resizing', message: 'web gets 512Mi.', restsUntil: '2026-11-21T10:00:00.000Z' };
    platform.on(`GET ${path}`, vertical({ web }, rest));
    const { stdout } = await berth('show');
    expect(stdout).toMatch(/^web 128Mi\.\.1024Mi\nresizing: web gets 512Mi\.\nNo other size before .*2026-11-21/);
  });

  it('are none where nothing was set: scripts read so, and people what to do', async () => {
    followNothing();
    expect((await berth('show')).stdout).toMatch(
      /^Its sizes stay as they are\. Let one follow its use: berth autoscale/,
    );
    expect(JSON.parse((await berth('show', '--json')).stdout)).toEqual({ workloadId: idOf(40), processes: {} });
  });

  it('end once, and end well where there are none', async () => {
    follow({ web });
    platform.on(`DELETE ${path}`, done);
    expect(await berth('off')).toMatchObject({ code: 0, stdout: 'Its sizes stay as they are.\n' });
    expect(platform.to(`DELETE ${path}`)).toHaveLength(1);
    followNothing();
    expect(await berth('off')).toMatchObject({ code: 0 });
    expect(platform.to(`DELETE ${path}`)).toHaveLength(1);
  });

  it('are not said to be none because they could not be read', async () => {
    platform.on(`GET ${path}`, (_, response) => problem(response, 403, 'forbidden', 'You may not.'));
    for (const words of [['show'], ['off'], ['set', 'web', '--cpu', '100m..1']]) {
      const { code, stdout, stderr } = await berth(...words);
      expect({ words, failed: code !== 0, stdout }).toEqual({ words, failed: true, stdout: '' });
      expect(stderr).toContain('You may not.');
    }
    expect(platform.received.filter(({ method }) => method !== 'GET')).toEqual([]);
  });
});
