import { beforeEach, describe, expect, it } from '@jest/globals';
import { done, idOf, page } from './platform.js';
import { typing } from './terminal.js';
import { platform, terminal, withPlatform } from './with-platform.js';

const at = '2026-11-21T10:00:00.000Z';
const phone = { id: idOf(5), name: 'Phone', backedUp: true, createdAt: at, lastUsedAt: null };
const path = `/v1/auth/passkeys/${phone.id}`;

describe('passkeys', () => {
  withPlatform();
  beforeEach(() => platform.on('GET /v1/auth/passkeys', page(phone, { ...phone, id: idOf(6), name: 'Key' })));

  it('are listed, with the way to one more', async () => {
    const ran = await terminal.berth(['2fa', 'passkeys']);
    expect(ran.stdout).toMatch(/Phone +yes +2026-11-21 10:00:00 +-/);
    expect(ran.stderr).toContain('browser');
  });

  it('get another name', async () => {
    platform.on(`PUT ${path}`, { ...phone, name: 'Desk' });
    expect(await terminal.berth(['2fa', 'rename-passkey', 'Phone', 'Desk'])).toMatchObject({
      ...{ code: 0, stdout: 'It is called Desk from now on.\n' },
    });
    expect(platform.bodies(`PUT ${path}`)).toEqual([{ name: 'Desk' }]);
    expect(await terminal.berth(['2fa', 'rename-passkey', 'Watch', 'Desk'])).toMatchObject({ code: 4 });
  });

  it('are removed by whoever says the name, and never the wrong one of two', async () => {
    platform.on(`DELETE ${path}`, done);
    const remove = ['2fa', 'remove-passkey', 'Phone'];
    expect(await terminal.berth(remove)).toMatchObject({ code: 2 });
    expect(await terminal.berth(remove, { keyboard: typing('Phone') })).toMatchObject({ code: 0 });
    platform.on('GET /v1/auth/passkeys', page(phone, { ...phone, id: idOf(6) }));
    expect(await terminal.berth([...remove, '--yes'])).toMatchObject({ code: 2 });
    expect(platform.to(`DELETE ${path}`)).toHaveLength(1);
  });
});
