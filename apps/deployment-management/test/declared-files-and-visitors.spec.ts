import type { Page } from '@berth/contracts/common';
import type { Config, Deployment, WorkloadProtection } from '@berth/contracts/deployment';
import { eventually } from '@berth/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Place } from '../src/declarations/declaration.js';
import { DeclaredObjects } from '../src/declarations/declared-objects.js';
import { DeclaredWorld } from './fixtures/declared-world.js';
import { Declaring, fine, image, patient } from './fixtures/declaring.js';
import { Platform } from './fixtures/platform.js';
import type { Scene } from './fixtures/scene.js';

const world = new DeclaredWorld();
let platform: Platform;
let declaring: Declaring;
let scene: Scene;
let web: Place;
beforeAll(async () => (platform = await Platform.start({ overrides: [[DeclaredObjects, world]] })));
beforeEach(async () => {
  declaring = await Declaring.make(platform, world);
  scene = declaring.scene;
  web = declaring.place('workload', 'web');
});
afterEach(() => void Object.assign(platform.runtime.walls, { refusal: null }));
afterAll(() => platform.close());

const config = () => scene.owner.get<Config>(`/v1/config/${scene.id}`);
const variables = async () => (await config()).variables;
const files = async () => (await config()).files;
const configured = (body: object) => scene.owner.patch(`/v1/config/${scene.id}`, body);
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const visitors = async () => (await scene.owner.get<WorkloadProtection>(`/v1/workloads/${scene.id}/protection`)).allow;
const protect = (body: object) => scene.owner.patch(`/v1/workloads/${scene.id}/protection`, body);

describe('files that are declared', () => {
  const stated = (config: object) => ({ app: 'web', environment: 'production', config });

  it('are set and taken away beside variables, and those that are not named stay', async () => {
    await configured({ set: { './theirs': base64('theirs') } });
    await declaring.apply(web, stated({ set: { A: '1', './app/app.conf': base64('a') } }));
    await declaring.isSaid(web, ...fine);
    const [mine, theirs] = [
      { name: './app/app.conf', bytes: 1, content: base64('a') },
      { name: './theirs', bytes: 6, content: base64('theirs') },
    ];
    expect([await variables(), await files()]).toEqual([{ A: '1' }, [mine, theirs]]);
    await declaring.apply(web, stated({ unset: ['./app/app.conf'] }));
    await declaring.isSaid(web, ...fine);
    expect([await variables(), await files()]).toEqual([{ A: '1' }, [theirs]]);
  });

  it('are not set over somebody else, and what is a folder for others says so', async () => {
    await configured({ set: { './a': base64('theirs'), './folder/b': base64('theirs') } });
    await declaring.apply(web, stated({ set: { './a': base64('mine') } }));
    await declaring.isSaid(web, 'Accepted True Applied', 'Conflict True ChangedElsewhere');
    await declaring.apply(web, stated({ set: { './folder': base64('mine') } }));
    await declaring.isSaid(web, 'Accepted False FileInTheWay');
    expect((await files()).map(({ content }) => content)).toEqual([base64('theirs'), base64('theirs')]);
  });

  it('are in no row of what was agreed upon, and in no status', async () => {
    await declaring.apply(web, stated({ set: { './a': base64('canary') } }));
    await declaring.isSaid(web, ...fine);
    await declaring.untilQuiet();
    const kept = JSON.stringify([await declaring.row(web), world.status(web)]);
    expect(kept).toContain('config../a');
    for (const text of ['canary', base64('canary')]) expect(kept).not.toContain(text);
  });
});

describe('visitors that are declared', () => {
  const stated = (protection: object, more: object = {}) => ({
    ...{ app: 'web', environment: 'production', protection },
    ...more,
  });
  const source = { kind: 'image', image: image('a1') };

  it('are kept out from the first deployment on, and let in again, while passwords stay', async () => {
    await protect({ logins: { ann: 'a password' } });
    await declaring.apply(web, stated({ allow: ['192.0.2.7', '2001:db8::/32'] }, { source }));
    await declaring.isSaid(web, ...fine, 'Ready True AllReady');
    expect(await visitors()).toEqual(['192.0.2.7/32', '2001:db8::/32']);
    expect(scene.desired?.protection).toMatchObject({ allow: ['192.0.2.7/32', '2001:db8::/32'] });
    // The same set is no change.
    const { version } = world.status(web)!;
    await declaring.apply(web, stated({ allow: ['2001:db8::/32', '192.0.2.7/32'] }, { source }));
    await declaring.isSaid(web, ...fine);
    expect(world.status(web)?.version).toBe(version);
    await declaring.apply(web, stated({ allow: [] }, { source }));
    await declaring.isSaid(web, ...fine);
    expect(await visitors()).toEqual([]);
    await eventually(() =>
      expect(scene.desired?.protection).toMatchObject({ logins: { known: [{ username: 'ann' }] } }),
    );
  });

  it('are nobody’s business when they are not named any more', async () => {
    await declaring.apply(web, stated({ allow: ['192.0.2.7'] }));
    await declaring.isSaid(web, ...fine);
    await declaring.apply(web, { app: 'web', environment: 'production' });
    await declaring.isSaid(web, ...fine);
    const { version } = world.status(web)!;
    await protect({ allow: ['192.0.2.8'] });
    await eventually(() => expect(world.status(web)?.version).not.toBe(version), patient);
    expect(world.said(web)).toEqual(expect.arrayContaining(fine));
    expect(await visitors()).toEqual(['192.0.2.8/32']);
  });

  it('that cannot be kept out get no deployment either, and everything else is so', async () => {
    platform.runtime.walls.refusal = 'its gateway lets everybody in.';
    await declaring.apply(web, stated({ allow: ['192.0.2.7'] }, { source, trackedRef: 'next' }));
    await declaring.isSaid(web, 'Accepted False ProtectionNotSupported');
    expect(declaring.messageOf(web, 'Accepted')).toMatch(
      /^Not in force: spec\.protection\.allow: .* lets everybody in\. spec\.source: It is not deployed /,
    );
    expect(await scene.now()).toMatchObject({ trackedRef: 'next' });
    expect((await scene.owner.get<Page<Deployment>>(`/v1/deployments?workload=${scene.id}`)).items).toEqual([]);
    platform.runtime.walls.refusal = null;
    await declaring.look(web);
    await declaring.isSaid(web, ...fine, 'Ready True AllReady');
    expect(scene.desired?.protection).toEqual({ allow: ['192.0.2.7/32'] });
  });

  it('are for those to change who may protect it', async () => {
    const scopes = ['apps:read', 'environments:read', 'workloads:read', 'deployments:create'];
    await platform.query('update delegation set scopes = $2 where project_id = $1', [scene.project.id, scopes]);
    await declaring.apply(web, stated({ allow: ['192.0.2.7'] }));
    await declaring.isSaid(web, 'Accepted False Forbidden');
    expect(await visitors()).toEqual([]);
  });

  it.each([{}, { allow: ['example.com'] }, { allow: [], logins: { ann: 'a password' } }])(
    'are as the API takes them, without passwords: %j',
    async (protection) => {
      await declaring.apply(web, stated(protection));
      await declaring.isSaid(web, 'Accepted False Invalid');
      expect(await visitors()).toEqual([]);
    },
  );
});
