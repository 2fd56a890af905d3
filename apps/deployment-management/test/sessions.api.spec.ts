import { once } from 'node:events';
import { channels, SESSION_PROTOCOL } from '@berth/contracts/runtime';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { Platform } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';

const message = (channel: number, text = ''): Buffer => Buffer.concat([Buffer.from([channel]), Buffer.from(text)]);
const endOfInput = Buffer.from([channels.end, channels.input]);

describe('a way into an instance', () => {
  let platform: Platform;
  let scene: Scene;
  let token: string;
  beforeAll(async () => (platform = await Platform.start()));
  beforeEach(async () => {
    scene = await Scene.make(platform);
    token = await platform.identity.member(scene.organizationId, 'developer');
  });
  afterAll(() => platform.close());

  const path = (what: string, of = scene.id) => `/v1/workloads/${of}/${what}`;
  const open = (what: string, by: string | null = token, origin?: string): WebSocket => {
    const headers = by === null ? {} : { authorization: `Bearer ${by}` };
    return new WebSocket(`${platform.service.url.replace('http', 'ws')}${path(what)}`, SESSION_PROTOCOL, {
      headers,
      ...(origin === undefined ? {} : { origin }),
    });
  };
  /** Status and code of what is answered in place of a session. */
  const refusal = (what: string, by?: string | null, origin?: string): Promise<[number, string]> =>
    new Promise((resolve, reject) => {
      const client = open(what, by, origin);
      client.once('open', () => reject(new Error('it was opened')));
      client.on('error', () => undefined); // told by the answer
      client.once('unexpected-response', (_, answer) => {
        void answer
          .toArray()
          .then((chunks) => resolve([answer.statusCode ?? 0, (JSON.parse(chunks.join('')) as { code: string }).code]));
      });
    });
  const heard = (client: WebSocket): string[] => {
    const messages: string[] = [];
    client.on('message', (data: Buffer) => messages.push(`${data[0]} ${data.subarray(1).toString()}`));
    return messages;
  };
  const audited = () =>
    platform.query<{ actor: string; detail: object }>(
      `select actor->>'id' as actor, detail - 'request' as detail from audit_entry where action = 'workloads:exec' and target->>'id' = $1 order by sequence`,
      [scene.id],
    );

  it('carries a command, its input and its end, and is audited before it is opened', async () => {
    await scene.deployLive('sessions');
    const client = open('exec?command=echo&command=a%20b&input=true');
    const messages = heard(client);
    await once(client, 'open');
    expect(client.protocol).toBe(SESSION_PROTOCOL);
    expect(await audited()).toMatchObject([{ detail: { command: ['echo', 'a b'], terminal: false } }]);
    client.send(message(channels.input, 'hello'));
    client.send(message(channels.resize, '{"columns":80,"rows":24}'));
    client.send(endOfInput);
    await once(client, 'close');
    expect(messages).toEqual([
      '1 echo a b\n',
      '1 hello',
      '2 {"columns":80,"rows":24}',
      '3 {"exitCode":0,"message":""}',
    ]);
  });

  it('loses nothing of what is sent at once, or is large', async () => {
    await scene.deployLive('sessions-large');
    const client = open('exec?command=cat&input=true');
    let bytes = 0;
    client.on('message', (data: Buffer) => void (bytes += data[0] === channels.output ? data.length - 1 : 0));
    await once(client, 'open');
    for (let part = 0; part < 64; part++) client.send(message(channels.input, 'x'.repeat(65_536)));
    client.send(endOfInput);
    await once(client, 'close');
    expect(bytes).toBe('cat\n'.length + 64 * 65_536);
  });

  it('leads to a port, to the one that the instance was given unless another is named', async () => {
    await scene.deployLive('ports');
    for (const [query, said] of [
      ['', 'port PORT'],
      ['?port=9229', 'port 9229'],
    ]) {
      const client = open(`forward${query}`);
      const messages = heard(client);
      await once(client, 'open');
      await eventually(() => expect(messages).toEqual([`1 ${said}\n`]));
      client.close();
    }
    expect((await audited()).map(({ detail }) => (detail as { port: unknown }).port)).toEqual([null, 9_229]);
  });

  it('is refused to who may only look, or may not know of it', async () => {
    await scene.deployLive('refused');
    const viewer = await platform.identity.member(scene.organizationId, 'viewer');
    const stranger = await platform.identity.member(await platform.identity.organization(), 'owner');
    expect(await refusal('exec?command=ls', null)).toEqual([401, 'unauthenticated']);
    expect(await refusal('exec?command=ls', viewer)).toEqual([403, 'forbidden']);
    expect(await refusal('exec?command=ls', stranger)).toEqual([404, 'not_found']);
    expect(await refusal('forward', viewer)).toEqual([403, 'forbidden']);
    expect(await audited()).toEqual([]);
  });

  it('is refused to pages of other hosts, and opened to those of its own', async () => {
    await scene.deployLive('origins');
    for (const origin of ['https://evil.example', 'http://web.localhost', 'null'])
      expect(await refusal('exec?command=ls', token, origin)).toEqual([403, 'origin_refused']);
    expect(await audited()).toEqual([]);
    const client = open('forward', token, new URL(platform.service.url).origin);
    const messages = heard(client);
    await once(client, 'open');
    await eventually(() => expect(messages).toEqual(['1 port PORT\n']));
    client.close();
  });

  it('is spoken over a WebSocket only', async () => {
    await scene.deployLive('plain');
    expect(await scene.owner.refusal('GET', path('exec?command=ls'))).toMatchObject({
      status: 426,
      code: 'upgrade_required',
    });
    expect(await audited()).toEqual([]);
  });

  it('needs a command, a port that is one, and an instance', async () => {
    expect(await refusal('exec?command=ls')).toEqual([409, 'no_instance']);
    await scene.deployLive('needs');
    expect(await refusal('exec')).toEqual([422, 'validation_failed']);
    expect(await refusal('forward?port=70000')).toEqual([422, 'validation_failed']);
    expect(await refusal('exec?command=ls&instance=web-none')).toEqual([404, 'instance_not_found']);
    platform.runtime.setDown(true);
    expect(await refusal('exec?command=ls')).toEqual([503, 'runtime_unavailable']);
    platform.runtime.setDown(false);
  });

  it('ends when the session of the caller is revoked', async () => {
    await scene.deployLive('revoked');
    const sessionId = crypto.randomUUID();
    const subjectId = crypto.randomUUID();
    await platform.identity.member(scene.organizationId, 'developer', { subjectId });
    const by = await platform.identity.token({ subjectId, sessionId });
    const client = open('exec?command=cat&input=true', by);
    await once(client, 'open');
    const closed = once(client, 'close');
    await platform.identity.revokeSession(sessionId);
    expect((await closed)[0]).toBe(4_403);
  });

  it('writes no value of a secret down that was typed', async () => {
    await scene.owner.patch(`/v1/secrets/${scene.id}`, { set: { TOKEN: 'canary-77aa1c' } });
    await scene.deployLive('typed');
    const client = open('exec?command=echo&command=canary-77aa1c');
    await once(client, 'open');
    expect(JSON.stringify(await audited())).not.toContain('canary-77aa1c');
    client.close();
  });

  it('is closed with the service', async () => {
    const replica = await platform.replica();
    await scene.deployLive('closing');
    const client = new WebSocket(`${replica.url.replace('http', 'ws')}${path('exec?command=cat&input=true')}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    await once(client, 'open');
    const closed = once(client, 'close');
    await replica.close();
    await closed;
  });
});
