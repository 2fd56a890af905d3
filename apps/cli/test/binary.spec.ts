import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { deployment, idOf, json } from './platform.js';
import { platform, terminal, withPlatform } from './with-platform.js';

const binary = join(import.meta.dirname, '../bin/berth.js');

/** The built program as a process of its own. */
describe('the binary', () => {
  withPlatform();

  function start(...argv: string[]) {
    const env = { PATH: process.env['PATH'] ?? '', HOME: terminal.home, BERTH_SERVER: platform.url };
    const child = spawn(process.execPath, [binary, ...argv], {
      cwd: terminal.folder,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const ended = new Promise<{ code: number | null; output: string }>((resolve) =>
      child.once('close', (code) => resolve({ code, output })),
    );
    return { child, ended };
  }

  it('runs a command and ends', async () => {
    expect(await start('open').ended).toEqual({ code: 0, output: 'http://hello.localhost\n' });
  });

  it('exits with the code of the failure', async () => {
    expect(await start('open', '--app', 'other').ended).toMatchObject({ code: 4 });
  });

  it('leaves the deployment running at Ctrl-C and exits with 130', async () => {
    const show = `GET /v1/deployments/${idOf(50)}`;
    platform.on(`POST /v1/workloads/${idOf(40)}/deployments`, (_, response) =>
      json(response, deployment({ buildId: null }), 202),
    );
    const { child, ended } = start('deploy', '--wait');
    platform.on(show, (_, response) => {
      json(response, deployment({ buildId: null }));
      child.kill('SIGINT');
    });
    expect(await ended).toEqual({ code: 130, output: expect.stringContaining('Deployment #4 goes on.') });
  });

  it('ends at Ctrl-C also while the server says nothing', async () => {
    const { child, ended } = start('open');
    platform.on('GET /v1/organizations', () => child.kill('SIGINT'));
    expect(await ended).toMatchObject({ code: 130 });
  });
});
