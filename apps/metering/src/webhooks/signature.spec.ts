import { describe, expect, it } from '@jest/globals';
import { newSecret, signedHeaders } from './signature.js';

/** The vector that the reference implementations of Standard Webhooks are tested by. */
const vector = {
  ...{ secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', id: 'msg_p5jXN8AQM9LWM0D4loKWxJek' },
  ...{ seconds: 1_614_265_330, payload: '{"test": 2432232314}' },
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};
const { id, payload } = vector;
const message = { id, payload, at: new Date(vector.seconds * 1_000 + 999) };

describe('a signature', () => {
  it('is the one of the specification', () => {
    expect(signedHeaders(message, [vector.secret])).toEqual({
      ...{ 'webhook-id': id, 'webhook-timestamp': '1614265330', 'webhook-signature': vector.signature },
    });
  });

  it('is made with each secret that holds', () => {
    const [first, second] = signedHeaders(message, [newSecret(), vector.secret])['webhook-signature']!.split(' ');
    expect(second).toBe(vector.signature);
    expect(first).not.toBe(second);
  });

  it('follows from secrets of 32 bytes that differ', () => {
    const secrets = [newSecret(), newSecret()];
    expect(new Set(secrets).size).toBe(2);
    for (const secret of secrets) expect(Buffer.from(secret.slice(6), 'base64')).toHaveLength(32);
  });
});
