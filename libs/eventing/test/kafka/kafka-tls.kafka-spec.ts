import { randomUUID } from 'node:crypto';
import { copyFile } from 'node:fs/promises';
import { Clock } from '@berth/service-kit';
import { eventually, TestAuthority } from '@berth/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
// eslint-disable-next-line @nx/enforce-module-boundaries -- the tool that starts Kafka is no library
import { type KafkaNode, startKafka } from '../../../../tools/kafka/kafka.mjs';
import { KafkaBus, type KafkaBusOptions } from '../../src/kafka/kafka-bus.js';
import { cloudEvent, messageOf, silent } from '../support.js';

describe('Kafka with TLS', () => {
  let authority: TestAuthority;
  let stranger: TestAuthority;
  let open: KafkaNode;
  let guarded: KafkaNode;
  const buses: KafkaBus[] = [];

  beforeAll(async () => {
    [authority, stranger] = await Promise.all([TestAuthority.create(), TestAuthority.create()]);
    const tls = { ...(await authority.certificate('broker')), authorityFile: authority.caFile };
    open = await startKafka({ tls });
    guarded = await startKafka({ tls: { ...tls, clients: 'required' } });
  }, 180_000);
  afterEach(async () => {
    await Promise.all(buses.splice(0).map((bus) => bus.close()));
  });
  afterAll(async () => {
    await Promise.all([open.stop(), guarded.stop()]);
    await Promise.all([authority.remove(), stranger.remove()]);
  });

  const connect = (node: KafkaNode, options: Partial<KafkaBusOptions>): KafkaBus => {
    const bus = new KafkaBus({ clientId: 'test', brokers: [node.tlsBrokers], ...options }, new Clock(), silent);
    buses.push(bus);
    return bus;
  };
  const publish = (bus: KafkaBus) => bus.publish([messageOf(cloudEvent(), `berth.${randomUUID()}`)]);
  const carries = async (bus: KafkaBus) => {
    const topic = `berth.${randomUUID()}`;
    const received: string[] = [];
    const deliver = ({ event }: { event: { id: string } }) => Promise.resolve(void received.push(event.id));
    await bus.subscribe({ group: randomUUID(), topics: [topic] }, deliver);
    const event = cloudEvent();
    await bus.publish([messageOf(event, topic)]);
    await eventually(() => expect(received).toEqual([event.id]), { within: 20_000 });
  };

  it('carries events for those who trust its authority', async () => {
    await carries(connect(open, { caFile: authority.caFile }));
  });

  it('is refused when another authority is trusted, and a consumer says why it waits', async () => {
    const bus = connect(open, { caFile: stranger.caFile });
    await expect(publish(bus)).rejects.toThrow(/certificate|self-signed/i);
    const subscription = await bus.subscribe({ group: randomUUID(), topics: ['t'] }, () => Promise.resolve());
    await eventually(() => expect(subscription.waitingFor).toMatch(/certificate|self-signed/i), { within: 20_000 });
  });

  it('is refused without TLS', async () => {
    await expect(publish(connect(open, {}))).rejects.toThrow();
  });

  it('carries events of those who show a certificate that its authority signed', async () => {
    await carries(connect(guarded, { caFile: authority.caFile, ...(await authority.certificate('client')) }));
  });

  it('refuses those who show none, or one of another authority', async () => {
    await expect(publish(connect(guarded, { caFile: authority.caFile }))).rejects.toThrow();
    const foreign = await stranger.certificate('client');
    await expect(publish(connect(guarded, { caFile: authority.caFile, ...foreign }))).rejects.toThrow();
  });

  it('takes a renewed authority for its next connection', async () => {
    const [trusted] = [await stranger.certificate('scratch')];
    const caFile = trusted.certFile; // any file of ours
    await copyFile(stranger.caFile, caFile);
    const bus = connect(open, { caFile });
    await expect(publish(bus)).rejects.toThrow(/certificate|self-signed/i);
    await copyFile(authority.caFile, caFile);
    await publish(bus);
  });
});
