import { beforeEach, describe, expect, it } from '@jest/globals';
import { idOf, json, page, workload } from './platform.js';
import { platform, terminal, withPlatform } from './with-platform.js';

const route = `PATCH /v1/workloads/${idOf(40)}`;
const berth = (...words: string[]) => terminal.berth(['apps', ...words], { variables: { BERTH_TOKEN: 'a-token' } });

describe('how releases take over', () => {
  withPlatform();
  beforeEach(() =>
    platform.on(route, ({ body }, response) =>
      json(response, workload(JSON.parse(body.toString()) as Parameters<typeof workload>[0])),
    ),
  );

  it.each([
    [['rolling'], { kind: 'rolling' }],
    [
      ['canary', '10=5m', '50%=1h'],
      {
        ...{ kind: 'canary', maxErrorPercent: 5, minRequests: 20 },
        steps: [
          { weight: 10, holdSeconds: 300 },
          { weight: 50, holdSeconds: 3_600 },
        ],
      },
    ],
    [
      ['canary', '10=5m', '--max-errors', '0 %', '--min-requests', '1'],
      { kind: 'canary', steps: [{ weight: 10, holdSeconds: 300 }], maxErrorPercent: 0, minRequests: 1 },
    ],
    [['blue-green'], { kind: 'blue-green', holdSeconds: 600, maxErrorPercent: 5, minRequests: 20 }],
    [
      ['blue-green', '--hold', '30s', '--manual'],
      { kind: 'blue-green', holdSeconds: 30, promoteWithinSeconds: 3_600, maxErrorPercent: 5, minRequests: 20 },
    ],
    [
      ['blue-green', '--manual', '--within', '2h', '--max-errors', '9'],
      { kind: 'blue-green', holdSeconds: 600, promoteWithinSeconds: 7_200, maxErrorPercent: 9, minRequests: 20 },
    ],
  ])('are set by %j', async (words, strategy) => {
    expect(await berth('set-strategy', ...words)).toMatchObject({ code: 0 });
    expect(platform.bodies(route)).toEqual([{ strategy }]);
  });

  it.each([
    ['steps of rolling', ['rolling', '10=5m']],
    ['limits of rolling', ['rolling', '--max-errors', '5']],
    ['a switch of rolling', ['rolling', '--hold', '5m']],
    ['a canary without steps', ['canary']],
    ['a canary that is switched', ['canary', '10=5m', '--manual']],
    ['a step without a time', ['canary', '10']],
    ['a step without a weight', ['canary', '=5m']],
    ['a step that is too heavy to be one', ['canary', '100=5m']],
    ['a step of no time', ['canary', '10=soon']],
    ['steps of blue-green', ['blue-green', '10=5m']],
    ['a deadline for nobody', ['blue-green', '--within', '1h']],
    ['a limit that is no number', ['blue-green', '--max-errors', 'few']],
    ['a limit of no answers', ['blue-green', '--min-requests', '0']],
    ['another kind', ['recreate']],
  ])('are not set by %s', async (_what, words) => {
    expect(await berth('set-strategy', ...words)).toMatchObject({ code: 2, stdout: '' });
    expect(platform.to(route)).toEqual([]);
  });

  it.each(['10', '=5m', '100=5m', 'ten=5m'])('say how a step is written where %s is none', async (step) => {
    const { stderr } = await berth('set-strategy', 'canary', '10=5m', step);
    expect(stderr).toContain(`"${step}" is not a step: write 10=5m`);
  });

  it('are told in sentences, and as they are to scripts', async () => {
    const limits = { maxErrorPercent: 7, minRequests: 30 };
    const steps = [
      { weight: 10, holdSeconds: 300 },
      { weight: 50, holdSeconds: 600 },
    ];
    const tell = async (strategy: ReturnType<typeof workload>['strategy']) => {
      platform.on('GET /v1/workloads', page(workload({ strategy })));
      expect(JSON.parse((await berth('strategy', '--json')).stdout)).toEqual(strategy);
      return (await berth('strategy')).stdout;
    };
    expect(await tell({ kind: 'rolling' })).toBe('A release takes over as soon as its instances are ready.\n');
    const canary = await tell({ kind: 'canary', steps, ...limits });
    expect(canary).toMatch(/10 % for .*, then 50 % for .* of the requests, then all of them\./);
    expect(canary).toContain('more than 7 % of at least 30 answers');
    const byItself = await tell({ kind: 'blue-green', holdSeconds: 600, ...limits });
    expect(byItself).toContain('when all of its instances are ready;');
    const byHand = await tell({ kind: 'blue-green', holdSeconds: 600, promoteWithinSeconds: 3_600, ...limits });
    expect(byHand).toContain('when somebody promotes it (berth deployments promote), within');
  });
});
