import { describe, expect, it } from '@jest/globals';
import { loadConfiguration } from './config.js';

describe('loadConfiguration', () => {
  it('takes upstreams as name=url pairs', () => {
    const UPSTREAMS = 'build=http://127.0.0.1:1,metering=http://127.0.0.1:2/base?a=b';
    expect(loadConfiguration({ CONTROL_SOCKET: '/tmp/a', UPSTREAMS }).UPSTREAMS).toEqual({
      build: 'http://127.0.0.1:1',
      metering: 'http://127.0.0.1:2/base?a=b',
    });
    expect(loadConfiguration({ CONTROL_SOCKET: '/tmp/a' })).toMatchObject({
      UPSTREAMS: {},
      PORT: 8_000,
      HOST: '127.0.0.1',
    });
  });

  it.each(['build', 'build=ftp://a', '=http://a', 'build=nothing'])('refuses the upstream %s', (UPSTREAMS) => {
    expect(() => loadConfiguration({ CONTROL_SOCKET: '/tmp/a', UPSTREAMS })).toThrow('UPSTREAMS');
  });

  it('takes networks of proxies, and nothing else for one', () => {
    const proxiesIn = (TRUSTED_PROXIES?: string) =>
      loadConfiguration({ CONTROL_SOCKET: '/tmp/a', ...(TRUSTED_PROXIES && { TRUSTED_PROXIES }) }).TRUSTED_PROXIES;
    expect([proxiesIn(), proxiesIn('10.0.0.0/8,2001:db8::/32')]).toEqual([[], ['10.0.0.0/8', '2001:db8::/32']]);
    expect(() => proxiesIn('10.0.0.1')).toThrow('TRUSTED_PROXIES');
  });

  it.each(['0.0.0.0', '::', '192.0.2.7', 'gateway.internal'])(
    'does not listen on %s, where others reach it, unless TLS ends before it',
    (HOST) => {
      const options = { CONTROL_SOCKET: '/tmp/a', HOST };
      expect(() => loadConfiguration(options)).toThrow(/HOST: .*TLS_ENDS_BEFORE=true/);
      expect(loadConfiguration({ ...options, TLS_ENDS_BEFORE: 'true' }).HOST).toBe(HOST);
    },
  );

  it('names every problem at once', () => {
    expect(() => loadConfiguration({ PORT: '70000', LOG_LEVEL: 'loud' })).toThrow(
      /PORT[^]*CONTROL_SOCKET[^]*LOG_LEVEL/,
    );
  });
});
