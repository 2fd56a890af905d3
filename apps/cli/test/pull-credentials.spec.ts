import { beforeEach, describe, expect, it } from '@jest/globals';
import { idOf, json, page } from './platform.js';
import { platform, terminal, withPlatform } from './with-platform.js';

const credential = {
  ...{ id: idOf(97), organizationId: idOf(1), registry: 'registry.example', username: 'robot' },
  ...{ createdBy: idOf(2), createdAt: '2026-11-21T10:00:00.000Z' },
};

describe('berth pull-credentials', () => {
  withPlatform();
  beforeEach(() => {
    platform.on('GET /v1/pull-credentials', page(credential));
  });

  it('lists from where images are pulled, and as whom', async () => {
    const { stdout } = await terminal.berth(['pull-credentials', 'list']);
    expect(stdout).toMatch(/registry\.example +robot/);
  });

  it('adds one with the password on stdin, which it does not print', async () => {
    platform.on('POST /v1/pull-credentials', (_, response) => json(response, credential, 201));
    const argv = ['pull-credentials', 'add', 'registry.example', '--username', 'robot', '--password-stdin'];
    const { code, stdout, stderr } = await terminal.berth(argv, { stdin: 'open sesame\n' });
    expect(code).toBe(0);
    expect(platform.bodies('POST /v1/pull-credentials')).toMatchObject([
      { registry: 'registry.example', username: 'robot', password: 'open sesame' },
    ]);
    expect(stdout).toContain('as robot');
    expect(stdout + stderr).not.toContain('sesame');
  });

  it('asks for a password on stdin where nobody can be asked', async () => {
    const ran = await terminal.berth(['pull-credentials', 'add', 'registry.example', '--username', 'robot']);
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining('--password-stdin') });
    expect(platform.to('POST /v1/pull-credentials')).toHaveLength(0);
  });

  it('removes one by its registry, and says when there is none', async () => {
    const route = `DELETE /v1/pull-credentials/${credential.id}`;
    platform.on(route, (_, response) => void response.writeHead(204).end());
    expect(await terminal.berth(['pull-credentials', 'remove', 'registry.example'])).toMatchObject({ code: 0 });
    expect(platform.to(route)).toHaveLength(1);
    const none = await terminal.berth(['pull-credentials', 'remove', 'other.example']);
    expect(none).toMatchObject({ code: 4, stderr: expect.stringContaining('berth pull-credentials list') });
  });
});
