import { mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AccountExport, Session } from '@berth/contracts/identity';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PlaceDatabase } from '../src/places/place-database.js';
import { placesOf } from '../src/places/places.module.js';
import { goodPassword, IdentityService } from './fixtures/identity-service.js';
import { type Networks, placeFile } from './fixtures/place-file.js';

const named = (en: string) => ({ names: { de: 'anders', en } });
const london = { city: named('London'), subdivisions: [named('England')], country: named('United Kingdom') };
const networks: Networks = {
  '81.2.69.128/26': london,
  '89.160.20.0/24': { country: named('Sweden') },
  '2a02:f6::/32': { country: named('Norway') },
  '5.1.0.0/16': { traits: { user_type: 'hosting' } },
};

let folder: string;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-places-'));
  file = join(folder, 'places.mmdb');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let edition = 1_700_000_000;
/** As publishers replace it: beside the old one, then by its name, and younger. */
async function publish(content: Buffer | string): Promise<void> {
  await writeFile(`${file}.new`, content);
  await utimes(`${file}.new`, (edition += 1), edition);
  await rename(`${file}.new`, file);
}

describe('a database of places', () => {
  const warnings: unknown[] = [];
  const logger = { warn: (...line: unknown[]) => void warnings.push(line) };
  const open = () => PlaceDatabase.open(file, logger as never);

  it.each([
    ['81.2.69.142', 'London, England, United Kingdom'],
    ['81.2.69.191', 'London, England, United Kingdom'],
    ['81.2.69.192', null],
    ['89.160.20.112', 'Sweden'],
    ['::ffff:89.160.20.112', 'Sweden'],
    ['2a02:f6:1::7', 'Norway'],
    ['2a02:f7::7', null],
    ['5.1.2.3', null],
  ])('tells that %s is in %j', async (address, place) => {
    await publish(placeFile(networks));
    expect(await (await open()).of(address)).toBe(place);
  });

  it('is read again when it was replaced', async () => {
    await publish(placeFile(networks));
    const places = await open();
    await publish(placeFile({ '81.2.69.0/24': { city: named('Leeds') } }));
    expect(await places.of('81.2.69.142')).toBe('Leeds');
    expect(await places.of('89.160.20.112')).toBeNull();
  });

  it('stays what it was, and says so once, when what replaced it cannot be read', async () => {
    await publish(placeFile(networks));
    const places = await open();
    await publish('half a file');
    warnings.length = 0;
    for (const _ of [1, 2]) expect(await places.of('89.160.20.112')).toBe('Sweden');
    expect(warnings).toHaveLength(1);
    await publish(placeFile({ '89.160.20.0/24': { country: named('Iceland') } }));
    expect(await places.of('89.160.20.112')).toBe('Iceland');
  });

  it('has to be there, in its format, when the service starts', async () => {
    await publish('no database');
    for (const PLACES_FILE of [file, `${file}.nowhere`])
      await expect(placesOf({ PLACES_FILE }, logger as never)).rejects.toThrow(`PLACES_FILE: ${PLACES_FILE} is no`);
  });
});

describe('a session', () => {
  const environment = { TRUSTED_PROXIES: '127.0.0.1', ACCESS_STALE_SECONDS: '1e9' };

  const sessionsFrom = async (identity: IdentityService, addresses: readonly string[]) => {
    const { email, accessToken: token } = await identity.person();
    for (const address of addresses) {
      const headers = { 'x-forwarded-for': address };
      const login = await identity.call('POST', '/v1/auth/login', { body: { email, password: goodPassword }, headers });
      expect(login.status).toBe(200);
    }
    const { items } = (await identity.call<{ items: Session[] }>('GET', '/v1/sessions', { token })).body;
    const { sessions } = (await identity.call<AccountExport>('GET', '/v1/me/export', { token })).body;
    expect(sessions.map(({ address }) => address)).toEqual(items.map(({ address }) => address));
    return items.slice(1).map(({ address, place }) => [address, place]);
  };

  it('tells from which address and from where it began', async () => {
    await publish(placeFile(networks));
    const told = await IdentityService.during({ ...environment, PLACES_FILE: file }, (identity) =>
      sessionsFrom(identity, ['81.2.69.142', '2a02:f6:1::7', '192.0.2.7', '10.1.2.3']),
    );
    expect(told).toEqual([
      ['81.2.69.142', 'London, England, United Kingdom'],
      ['2a02:f6:1::7', 'Norway'],
      ['192.0.2.7', null],
      ['10.1.2.3', 'local network'],
    ]);
  });

  it('tells the address alone without a database', async () => {
    const told = await IdentityService.during(environment, (identity) =>
      sessionsFrom(identity, ['81.2.69.142', '10.1.2.3']),
    );
    expect(told).toEqual([
      ['81.2.69.142', null],
      ['10.1.2.3', 'local network'],
    ]);
  });
});
