import { describe, expect, it } from '@jest/globals';
import { localPlaceOf } from './local-network.js';

describe('localPlaceOf', () => {
  it.each([
    ['127.0.0.1'],
    ['10.255.255.255'],
    ['172.16.0.1'],
    ['172.31.255.255'],
    ['192.168.7.7'],
    ['169.254.1.1'],
    ['::1'],
    ['fd12:3456::1'],
    ['fe80::1'],
    ['::ffff:10.0.0.1'],
  ])('%s is in the local network', (address) => {
    expect(localPlaceOf(address)).toBe('local network');
  });

  it.each([
    ['9.255.255.255'],
    ['172.32.0.1'],
    ['192.169.0.1'],
    ['100.64.0.1'],
    ['2a02:f6::1'],
    ['::ffff:81.2.69.1'],
    [''],
  ])('%j may be anywhere', (address) => {
    expect(localPlaceOf(address)).toBeUndefined();
  });
});
