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

  it('names every problem at once', () => {
    expect(() => loadConfiguration({ PORT: '70000', LOG_LEVEL: 'loud' })).toThrow(
      /PORT[^]*CONTROL_SOCKET[^]*LOG_LEVEL/,
    );
  });
});
