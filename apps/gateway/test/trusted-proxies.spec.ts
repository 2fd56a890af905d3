import { Agent } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestGateway, startUpstream, TestClock, type TestGateway, type TestUpstream } from './harness.js';

const kong = `
_format_version: '3.0'
services:
  - name: projects
    url: http://nobody.invalid
    routes:
      - { name: limited, paths: [/limited], plugins: [{ name: rate-limiting, config: { minute: 1, limit_by: ip } }] }
`;

describe('requests to the API behind a proxy that is trusted', () => {
  let upstream: TestUpstream;
  let gateway: TestGateway;
  beforeAll(async () => {
    upstream = await startUpstream();
    const clock = new TestClock('2026-11-21T10:00:10.000Z');
    const upstreams = { projects: upstream.url };
    gateway = await startTestGateway(kong, { upstreams, clock, trustedProxies: ['127.0.0.1/32'] });
  });
  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  const getAs = async (chain: string, localAddress = '127.0.0.1') => {
    const headers = { 'x-forwarded-for': chain };
    return (await gateway.call({ path: '/limited', headers, agent: new Agent({ localAddress }) })).status;
  };

  it('are counted for each visitor, whatever they write before what the proxy adds', async () => {
    expect([await getAs('203.0.113.1'), await getAs('203.0.113.2')]).toEqual([200, 200]);
    expect([await getAs('203.0.113.1'), await getAs('198.51.100.9, 203.0.113.1')]).toEqual([429, 429]);
  });

  it('are counted for the peer where that is no proxy, whatever it says', async () => {
    expect([await getAs('203.0.113.3', '127.0.0.2'), await getAs('203.0.113.4', '127.0.0.2')]).toEqual([200, 429]);
  });
});
