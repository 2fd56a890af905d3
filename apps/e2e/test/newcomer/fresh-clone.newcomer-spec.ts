import { join } from 'node:path';
import { freePort } from '@berth/local-postgres';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Life, lifeOf, offline } from './life.js';
import { Newcomer } from './newcomer.js';

const works = /(Installing dependencies|Building|Bundling) \.\.\./g;

/** The two commands of the README, on the oldest Node, with git and a bare system beside it. */
describe('a fresh clone whose folder has a space and a letter beyond ASCII in its name', () => {
  let newcomer: Newcomer;
  let clone: string;
  let port: number;
  let first: Life;

  beforeAll(async () => {
    newcomer = await Newcomer.arrive();
    clone = await newcomer.clone('my fäther’s clone');
    port = await freePort();
    first = await lifeOf(newcomer, { clone, data: 'my data', port });
  });
  afterAll(() => newcomer.leave());

  it('is installed, built and started by one command, and its example answers', () => {
    expect(first.output.match(works)).toEqual(['Installing dependencies ...', 'Building ...', 'Bundling ...']);
    expect(JSON.parse(first.body)).toMatchObject({ greeting: 'Hello from Berth' });
  });

  it('leaves nothing running at Ctrl-C', () => {
    expect(first.left).toEqual([]);
  });

  it('neither installs nor builds when it starts again, and brings everything back', async () => {
    const second = await lifeOf(newcomer, { clone, data: 'my data', port, url: first.url });
    expect(second.output.match(works)).toBeNull();
    expect(second.output).not.toContain('Password');
    expect(JSON.parse(second.body)).toMatchObject({ greeting: 'Hello from Berth' });
    expect(second.left).toEqual([]);
  });

  it(`starts for the first time ${offline}, once it is installed`, async () => {
    const alone = await lifeOf(newcomer, { clone, data: 'elsewhere', port: await freePort(), isOffline: true });
    expect(alone.output).toContain('Password');
    expect(JSON.parse(alone.body)).toMatchObject({ greeting: 'Hello from Berth' });
    expect(alone.left).toEqual([]);
  });

  it('runs its tests in another clone, which installs and builds what it needs', async () => {
    const another = await newcomer.clone('another clone');
    // The packages are the same: they are linked, and npm looks whether all are there.
    await newcomer.run(newcomer.folder, 'cp', '-al', join(clone, 'node_modules'), join(another, 'node_modules'));
    const output = await newcomer.run(another, 'npm', 'test', '--', '--selectProjects', 'libs/contracts');
    expect(output.match(works)).toEqual(['Installing dependencies ...', 'Building ...', 'Bundling ...']);
    expect(output).toMatch(/^[1-9]\d* passed, 0 failed$/m);
  });
});
