import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@berth/testing';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesBelow } from '../src/workloads/instance-folder.js';
import { makeWorkingCopy } from '../src/workloads/working-copy.js';
import { desiredOf, TestAgent, web, worker } from './support/test-agent.js';

const scratch = mkdtempSync(join(tmpdir(), 'berth-copy-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function slugWith(files: Readonly<Record<string, string>>): string {
  const slug = mkdtempSync(join(scratch, 'slug-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(slug, name, '..'), { recursive: true });
    writeFileSync(join(slug, name), text, { mode: name.endsWith('.sh') ? 0o755 : 0o644 });
  }
  return slug;
}

describe('a working copy', () => {
  const slug = slugWith({
    'app.js': 'one',
    'run.sh': '#!/bin/sh',
    'data/small.db': 'rows',
    'node_modules/x/index.js': 'x',
  });
  symlinkSync('app.js', join(slug, 'alias.js'));
  const target = join(scratch, 'copy');

  beforeAll(() => makeWorkingCopy(slug, target, undefined));
  const inode = (path: string) => statSync(path).ino;

  it('has its own files, with their modes and links', () => {
    expect(readFileSync(join(target, 'alias.js'), 'utf8')).toBe('one');
    expect(statSync(join(target, 'run.sh')).mode & 0o777).toBe(0o755);
    for (const name of ['app.js', 'data/small.db']) expect(inode(join(target, name))).not.toBe(inode(join(slug, name)));
  });

  it('shares its dependencies, which count as no storage of its own', async () => {
    const name = 'node_modules/x/index.js';
    expect(inode(join(target, name))).toBe(inode(join(slug, name)));
    const before = await bytesBelow(target);
    writeFileSync(join(target, 'node_modules/x/more.js'), 'more');
    expect(await bytesBelow(target)).toBeGreaterThan(before);
  });

  it('is made once: what was written stays', async () => {
    writeFileSync(join(target, 'data/small.db'), 'more rows');
    await makeWorkingCopy(slug, target, undefined);
    expect(readFileSync(join(target, 'data/small.db'), 'utf8')).toBe('more rows');
    expect(readFileSync(join(slug, 'data/small.db'), 'utf8')).toBe('rows');
  });

  it('that was cut off is made anew', async () => {
    const cut = join(scratch, 'cut');
    mkdirSync(join(`${cut}.new`, 'half'), { recursive: true });
    await makeWorkingCopy(slug, cut, undefined);
    expect(() => statSync(join(cut, 'half'))).toThrow('ENOENT');
  });
});

describe.each([process.getuid?.() === 0 ? 'users of their own' : 'the user of the agent'])(
  'apps that run as %s',
  (who) => {
    let agent: TestAgent;
    beforeAll(async () => {
      agent = await TestAgent.start({ isolateUsers: who === 'users of their own' });
    });
    afterAll(() => agent.dispose());

    it('write beside their sources, each instance for itself, until it is retired', async () => {
      const notes = `
      const fs = require('node:fs');
      fs.appendFileSync('notes.txt', 'started\\n');
      fs.writeFileSync('version', 'changed');
      console.log('notes ' + fs.readFileSync('notes.txt', 'utf8').split('\\n').length + ' ' + process.cwd());
      setInterval(() => undefined, 1000);`;
      const desired = desiredOf(agent.slug('v1', { 'notes.js': notes }), [
        worker('node notes.js', { instances: 2 }),
        web(),
      ]);
      await agent.client.apply(desired);
      await agent.untilReady(desired.workloadId, 3);
      // A worker counts as ready when it has run for a while, whatever it came to.
      const notesSaid = await eventually(async () => {
        const said = (await agent.client.logs(desired.workloadId, 'process=worker')).map(({ text }) => text);
        const found = said.filter((text) => text.startsWith('notes '));
        expect(found).toHaveLength(2);
        return found;
      });
      expect(notesSaid.map((text) => text.split(' ')[1])).toEqual(['2', '2']);
      expect(new Set(notesSaid).size).toBe(2);
      const folders = notesSaid.map((text) => text.split(' ')[2] ?? '');
      await agent.remove(desired.workloadId);
      for (const folder of folders) expect(() => statSync(folder)).toThrow('ENOENT');
    });
  },
);
