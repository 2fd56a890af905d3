import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { deployment, idOf, page, problem, workload } from './platform.js';
import { platform, terminal, withPlatform } from './with-platform.js';

const links = `/v1/links/${idOf(40)}`;
const patches = `/v1/workloads/${idOf(40)}/patches/web`;
const patch = { spec: { securityContext: { runAsUser: 1_000 } } };
const berth = (...words: string[]) => terminal.berth(words, { variables: { BERTH_TOKEN: 'a-token' } });

const deploys = () => platform.on(`GET /v1/deployments/${idOf(50)}`, deployment());

describe('links', () => {
  withPlatform();

  it.each([
    ['add', { add: ['billing', 'search'], remove: [] }],
    ['remove', { add: [], remove: ['billing', 'search'] }],
  ])('%s names the apps, and the deployment that brings it about', async (verb, body) => {
    deploys();
    platform.on(`PATCH ${links}`, { version: 3, deploymentId: idOf(50) });
    const { code, stdout, stderr } = await berth('links', verb, 'billing', 'search');
    expect({ code, says: /#4/.test(stdout + stderr) }).toEqual({ code: 0, says: true });
    expect(platform.bodies(`PATCH ${links}`)).toEqual([body]);
  });

  it('say that nothing has to be deployed where nothing is live', async () => {
    platform.on(`PATCH ${links}`, { version: 3, deploymentId: null });
    expect((await berth('links', 'add', 'billing')).stdout).toBe(
      'Config version 3 says so; nothing has to be deployed for it.\n',
    );
    expect(platform.received.filter(({ path }) => path.startsWith('/v1/deployments'))).toEqual([]);
  });

  it('are listed in both ways', async () => {
    const items = [{ app: 'billing', workloadId: idOf(41), variables: ['BILLING_URL', 'BILLING_HOST'] }];
    const usedBy = [{ app: 'shop', workloadId: idOf(42) }];
    platform.on(`GET ${links}`, { workloadId: idOf(40), version: 3, items, usedBy });
    const { stdout } = await berth('links', 'list');
    expect(stdout).toMatch(/uses +billing +BILLING_URL, BILLING_HOST/);
    expect(stdout).toMatch(/is used by +shop/);
  });

  it('name at least one app, and are refused in the words of the platform', async () => {
    expect(await berth('links', 'add')).toMatchObject({ code: 2 });
    platform.on(`PATCH ${links}`, (_, response) => problem(response, 422, 'link_invalid', 'There is no app billing.'));
    const { code, stderr } = await berth('links', 'add', 'billing');
    expect(code).not.toBe(0);
    expect(stderr).toContain('There is no app billing.');
  });
});

describe('patches', () => {
  withPlatform();
  const file = async (content: object | string) => {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    await writeFile(join(terminal.folder, 'patch.json'), text);
    return 'patch.json';
  };
  const changed = (deploymentId: string | null) => ({ workload: workload(), deploymentId });

  it('set sends what is in the file, and names the deployment', async () => {
    deploys();
    platform.on(`PUT ${patches}`, changed(idOf(50)));
    const { code, stdout, stderr } = await berth('patch', 'set', 'web', await file(patch));
    expect({ code, says: /#4/.test(stdout + stderr) }).toEqual({ code: 0, says: true });
    expect(platform.bodies(`PUT ${patches}`)).toEqual([patch]);
    expect(platform.to(`PUT ${patches}`)[0]?.query.get('dryRun')).toBe('false');
  });

  it('set says from when on, where nothing was released yet', async () => {
    platform.on(`PUT ${patches}`, changed(null));
    expect((await berth('patch', 'set', 'web', await file(patch))).stdout).toBe(
      'web is patched so from its next release on.\n',
    );
  });

  it.each([
    ['no JSON', '{"spec":', 2],
    ['what a patch may not say', { spec: { hostNetwork: true } }, 6],
    ['root', { spec: { securityContext: { runAsUser: 0 } } }, 6],
  ])('set sends no file with %s', async (_what, content, code) => {
    expect(await berth('patch', 'set', 'web', await file(content))).toMatchObject({ code, stdout: '' });
    expect(platform.to(`PUT ${patches}`)).toEqual([]);
  });

  it('set says that there is no such file', async () => {
    const { code, stderr } = await berth('patch', 'set', 'web', 'missing.json');
    expect(code).toBe(2);
    expect(stderr).toContain('missing.json');
  });

  it.each([
    [idOf(50), /#4/],
    [null, /web has no patch\./],
  ])('unset says what becomes of it: %p', async (deploymentId, text) => {
    deploys();
    platform.on(`DELETE ${patches}`, changed(deploymentId));
    const { stdout, stderr } = await berth('patch', 'unset', 'web');
    expect(stdout + stderr).toMatch(text);
  });

  it('show shows each, or that there is none, which is an empty list to scripts', async () => {
    platform.on('GET /v1/workloads', page(workload({ processSettings: { web: { patch }, worker: {} } })));
    expect(JSON.parse((await berth('patch', 'show', '--json')).stdout)).toEqual([{ process: 'web', patch }]);
    expect((await berth('patch', 'show')).stdout).toContain('"runAsUser": 1000');
    platform.on('GET /v1/workloads', page(workload()));
    expect((await berth('patch', 'show', '--json')).stdout.trim()).toBe('[]');
    expect((await berth('patch', 'show')).stderr).toContain('No process type has a patch.');
  });
});
