import { outboundFetch } from '@berth/service-kit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { taggedImage } from '../src/registries/image-name.js';
import { ImageRefused, RegistryAway } from '../src/registries/refusals.js';
import { RegistryClient, type RegistryLogin } from '../src/registries/registry-client.js';
import { INDEX, Registry } from './fixtures/registry.js';

const limits = { timeoutMs: 60_000, maxBytes: 100_000 };
const login = { username: 'robot', password: 'pass:wörd' };
const never = new AbortController().signal;

let registry: Registry;
let other: Registry;
beforeEach(async () => {
  [registry, other] = [await Registry.start(), await Registry.start()];
});
afterEach(async () => {
  await registry.close();
  await other.close();
});

const clientOf = (more: object = {}) =>
  new RegistryClient(outboundFetch({ ...limits, hosts: [], allowPrivateAddresses: true, ...more }));
const named = (name: string) => taggedImage(`${registry.host}/${name}`)!;
const ask = (name: string, as?: RegistryLogin) => clientOf().digestOf(named(name), as, never);
const refusal = async (name: string, as?: RegistryLogin) => {
  const error = await ask(name, as).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ImageRefused);
  return (error as ImageRefused).failure;
};

describe('what a tag means', () => {
  it('is the digest of an image, or of an index of images, for which nothing but the head is read', async () => {
    const digests = [registry.push('team/shop', '1', 'a'), registry.push('team/shop', '2', 'b', INDEX)];
    expect(await Promise.all([ask('team/shop:1'), ask('team/shop:2')])).toEqual(digests);
    expect(registry.asked.sort()).toEqual(['HEAD /v2/team/shop/manifests/1', 'HEAD /v2/team/shop/manifests/2']);
  });

  it('is computed from the manifest where the registry does not say it', async () => {
    const digest = registry.push('shop', 'latest', 'a');
    registry.namesDigest = false;
    expect(await ask('shop')).toBe(digest);
  });

  it.each(['basic', 'bearer'] as const)('is told to whom a registry knows, by %s', async (kind) => {
    const digest = registry.push('shop', '1', 'a');
    registry.guard = { kind, login };
    expect(await ask('shop:1', login)).toBe(digest);
    registry.namesDigest = false;
    expect(await ask('shop:1', login)).toBe(digest);
    for (const as of [undefined, { ...login, password: 'other' }])
      expect(await refusal('shop:1', as)).toMatchObject({ cause: 'image_denied' });
  });

  it('is told to anybody who has taken a token for it', async () => {
    const digest = registry.push('shop', '1', 'a');
    registry.guard = { kind: 'bearer', login: null };
    expect(await ask('shop:1')).toBe(digest);
    expect(registry.asked).toEqual(['HEAD /v2/shop/manifests/1', 'GET /token', 'HEAD /v2/shop/manifests/1']);
  });

  it('is asked where the registry leads to, without its password', async () => {
    registry.troubles.push({ status: 307, headers: { location: `http://${other.host}/v2/mirror/manifests/1` } });
    const digest = other.push('mirror', '1', 'a');
    expect(await ask('shop:1', login)).toBe(digest);
    registry.troubles.push({ status: 307, headers: { location: `http://${other.host}/v2/mirror/manifests/1` } });
    other.guard = { kind: 'basic', login };
    expect(await refusal('shop:1', login)).toMatchObject({ cause: 'image_denied' });
  });
});

describe('a registry', () => {
  const asking = (...hosts: string[]) => clientOf({ hosts }).digestOf(named('shop:1'), undefined, never);

  it('is not asked when it is not on the list of hosts', async () => {
    const digest = registry.push('shop', '1', 'a');
    await expect(asking('registry.example.com')).rejects.toThrow(ImageRefused);
    expect(registry.asked).toEqual([]);
    expect(await asking('registry.example.com', new URL(`http://${registry.host}`).hostname)).toBe(digest);
  });

  it('leads nobody to a host that is not on the list', async () => {
    const { hostname, port } = new URL(`http://${other.host}`);
    other.push('mirror', '1', 'a');
    const elsewhere = hostname === 'localhost' ? '127.0.0.1' : 'localhost';
    const location = `http://${elsewhere}:${port}/v2/mirror/manifests/1`;
    registry.troubles.push({ status: 307, headers: { location } });
    await expect(asking(new URL(`http://${registry.host}`).hostname)).rejects.toThrow(ImageRefused);
    expect(other.asked).toEqual([]);
  });
});

describe('a registry that refuses', () => {
  it.each([
    [401, undefined, 'image_denied', /or it is not there/, /berth pull-credentials add 127/],
    [403, login, 'image_denied', /the organization's credential/, /replace the credential/],
    [404, undefined, 'image_not_found', /There is no 127.*shop:1/, /that it was pushed/],
    [400, undefined, 'image_invalid', /answered 400/, /OCI/],
    [302, undefined, 'image_invalid', /answered 302/, /OCI/],
  ])('with %i', async (status, as, cause, message, nextStep) => {
    const body = `${login.password} was sent`;
    registry.troubles.push({ status, headers: { 'www-authenticate': 'Negotiate' }, body });
    const failure = await refusal('shop:1', as);
    expect(failure).toMatchObject({ cause, message: expect.stringMatching(message) });
    expect(failure.nextStep).toMatch(nextStep);
    expect(JSON.stringify(failure)).not.toContain('was sent');
  });

  it.each([
    [
      'of another kind',
      { status: 200, headers: { 'content-type': 'application/vnd.docker.distribution.manifest.v1+json' } },
    ],
    ['by another kind of digest', { status: 200, headers: { 'docker-content-digest': `sha512:${'0'.repeat(128)}` } }],
    ['by no digest', { status: 200, headers: { 'docker-content-digest': 'sha256:../..' } }],
    ['behind tokens that nobody gives out', { status: 401, headers: { 'www-authenticate': 'Bearer realm="nowhere"' } }],
  ])('an image %s is invalid', async (_, trouble) => {
    registry.troubles.push(trouble);
    expect(await refusal('shop:1')).toMatchObject({ cause: 'image_invalid' });
  });

  it.each(['{', '{}', '[]', '{"token":"a\\nb"}', 'x'.repeat(50_000)])('has no token in %.20s', async (body) => {
    const realm = `Bearer realm="http://${registry.host}/token"`;
    registry.troubles.push({ status: 401, headers: { 'www-authenticate': realm } }, { status: 200, body });
    expect(await refusal('shop:1')).toMatchObject({ cause: 'image_invalid' });
  });

  it('leads to itself for ever in vain', async () => {
    const location = '/v2/shop/manifests/1';
    for (let index = 0; index < 20; index++) registry.troubles.push({ status: 307, headers: { location } });
    expect(await refusal('shop:1')).toMatchObject({ cause: 'image_invalid' });
    expect(registry.asked).toHaveLength(6);
  });
});

describe('a registry that is away', () => {
  const away = async (client = clientOf(), signal = never) => {
    const error = await client.digestOf(named('shop:1'), undefined, signal).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RegistryAway);
    return error as RegistryAway;
  };

  it.each([
    [429, { 'retry-after': '7' }, 7],
    [429, { 'retry-after': 'Fri, 07 Nov 2036 23:59:59 GMT' }, null],
    [503, {}, null],
    [500, { 'retry-after': '3' }, 3],
  ])('says so by %i, and when to come again by %j', async (status, headers, retryAfterSeconds) => {
    registry.troubles.push({ status, headers: headers as Record<string, string> });
    expect(await away()).toMatchObject({ message: expect.stringContaining(String(status)), retryAfterSeconds });
  });

  it('or says nothing: nobody listens, too slowly, or more than anybody reads', async () => {
    const gone = taggedImage(`${other.host}/shop:1`)!;
    await other.close();
    await expect(clientOf().digestOf(gone, undefined, never)).rejects.toThrow(/cannot be reached: .*ECONNREFUSED/);
    other = await Registry.start();
    registry.push('shop', '1', 'x'.repeat(200));
    registry.namesDigest = false;
    expect((await away(clientOf({ maxBytes: 100 }))).message).toContain('longer than 100 bytes');
    registry.troubles.push({ status: 0 });
    expect((await away(clientOf({ timeoutMs: 50 }))).message).toContain('did not answer in time');
  });

  it('is not waited for by whoever was told to stop', async () => {
    const stopped = new AbortController();
    stopped.abort(new Error('stopped'));
    await expect(clientOf().digestOf(named('shop:1'), undefined, stopped.signal)).rejects.toThrow('stopped');
  });
});

describe('what must not be asked for a tenant', () => {
  const strict = clientOf({ allowPrivateAddresses: false });

  it.each(['localhost', '127.0.0.1:5000', '10.0.0.1', '169.254.169.254', 'localhost:5000'])('is %s', async (host) => {
    const error = await strict
      .digestOf(taggedImage(`${host}/shop:1`)!, login, never)
      .catch((reason: unknown) => reason);
    expect((error as ImageRefused).failure).toMatchObject({ cause: 'policy_denied' });
  });
});
