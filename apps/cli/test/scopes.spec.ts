import { beforeEach, describe, expect, it } from '@jest/globals';
import { app, deployment, environment, idOf, page, project, workload } from './platform.js';
import { platform, terminal, withPlatform } from './with-platform.js';

const of = (segment: string) => `/v1/${segment}/scopes/project/${idOf(10)}`;
const change = (outOfDate: number, deployments: object[] = []) => ({ version: 4, outOfDate, deployments });
const started = [{ workloadId: idOf(40), deploymentId: idOf(50) }];

describe('config of a wider scope', () => {
  withPlatform();
  beforeEach(() => {
    platform.on('GET /v1/projects', page(project('shop')));
    platform.on('GET /v1/environments', page(environment('staging')));
    platform.on('GET /v1/apps', page(app('hello')));
    platform.on('GET /v1/workloads', page(workload({ outOfDate: ['project', 'environment'] })));
  });
  const berth = (...words: string[]) => terminal.berth(words, { variables: { BERTH_TOKEN: 'a-token' } });

  it('is set without a release, and says what is out of date and what to do', async () => {
    platform.on(`PATCH ${of('config')}`, change(2));
    const { stdout, stderr } = await berth('config', 'set', '--scope', 'project', 'A=1');
    expect(stdout).toBe(
      'Config version 4 of the project: 2 workloads are out of date, 0 of them are being released.\n',
    );
    expect(stderr).toContain('berth config apply --scope project');
    expect(platform.bodies(`PATCH ${of('config')}`)).toEqual([{ set: { A: '1' }, unset: [], apply: false }]);
  });

  it('is released where that is said, and waited for', async () => {
    platform.on(`PATCH ${of('secrets')}`, { ...change(1, started), revoked: [] });
    platform.on(`GET /v1/deployments/${idOf(50)}`, deployment({ status: 'live', release: 4 }));
    const done = await berth('secrets', 'set', '--scope', 'project', '--apply', '--wait', 'A=1');
    expect(done).toMatchObject({ code: 0 });
    expect(platform.bodies(`PATCH ${of('secrets')}`)).toEqual([
      { set: { A: '1' }, unset: [], apply: true, revokeFormer: false },
    ]);
    platform.on(`GET /v1/deployments/${idOf(50)}`, deployment({ status: 'failed' }));
    platform.on(`POST ${of('config')}/apply`, change(1, started));
    expect(await berth('config', 'apply', '--scope', 'project', '--wait')).toMatchObject({ code: 7 });
  });

  it('is shown beside that of the app, with the scope of each', async () => {
    platform.on(`GET /v1/config/${idOf(40)}/effective`, {
      ...{ workloadId: idOf(40), version: 2, scopeVersions: { organization: 0, project: 4, environment: 0 } },
      items: [
        { name: 'A', value: '1', scope: 'project' },
        { name: 'B', value: '2', scope: 'workload' },
      ],
    });
    expect((await berth('config', 'list')).stdout).toBe('A=1  # project\nB=2\n');
    platform.on(`GET ${of('config')}`, {
      ...{ scope: 'project', scopeId: idOf(10), version: 4, variables: { A: '1' }, files: [], createdAt: null },
    });
    expect((await berth('config', 'list', '--scope', 'project')).stdout).toBe('A=1\n');
  });

  it('that an app lacks is said by status and ps', async () => {
    platform.on(`GET /v1/workloads/${idOf(40)}/instances`, { items: [], silent: [] });
    const note = 'Out of date: the config of the project and the environment changed.';
    expect((await berth('status')).stdout).toContain(note);
    expect((await berth('ps')).stderr).toContain(note);
  });

  it('and a secret of an app are rotated in one step, which says what is revoked', async () => {
    const revoked = [{ name: 'A', version: 1 }];
    platform.on(`PATCH ${of('secrets')}`, { ...change(1, started), revoked });
    platform.on(`PATCH /v1/secrets/${idOf(40)}`, { version: 3, deploymentId: null, revoked });
    for (const [scope, asked] of [
      ['project', of('secrets')],
      ['workload', `/v1/secrets/${idOf(40)}`],
    ] as const) {
      const { stderr } = await berth('secrets', 'rotate', '--scope', scope, 'A=2');
      expect(stderr).toContain('Version 1 of A is revoked.');
      expect(platform.bodies(`PATCH ${asked}`)).toMatchObject([{ set: { A: '2' }, revokeFormer: true }]);
    }
  });

  it('loses a secret version, and what runs with it is named', async () => {
    platform.on(`POST ${of('secrets')}/revocations`, { name: 'A', version: 1, deployments: started });
    const { stdout } = await berth('secrets', 'revoke', '--scope', 'project', 'A@1');
    expect(stdout).toBe('Version 1 of A is revoked; 1 that run with it get another.\n');
  });

  it.each([
    ['of no scope', ['config', 'list', '--scope', 'app']],
    ['applied to nothing', ['config', 'apply']],
    ['of a workload, applied', ['config', 'set', 'A=1', '--apply']],
  ])('%s is refused', async (_name, words) => expect(await berth(...words)).toMatchObject({ code: 2 }));
});
