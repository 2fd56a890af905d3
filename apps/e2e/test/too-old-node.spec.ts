import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { workspace } from './support/berth-process.js';

/** This Node, as if it were that version. */
const said = (version: string) =>
  `data:text/javascript,Object.defineProperty(process,"versions",{value:{...process.versions,node:"${version}"}})`;

describe.each(['up', 'test'])('npm run %s on a Node that is too old', (command) => {
  it('says so in one sentence, before it does anything', () => {
    const script = join(workspace, 'tools', `${command}.mjs`);
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', said('18.20.8'), script, '--help'], {
      encoding: 'utf8',
    });
    expect({ status, stdout, stderr }).toEqual({
      status: 1,
      stdout: '',
      stderr: 'Berth needs Node 20 or newer; this is 18.20.8.\n',
    });
  });
});
