import { ConfigError, loadConfig } from '@berth/service-kit';
import { describe, expect, it } from '@jest/globals';
import { config } from './config.js';

const good = {
  DATABASE_URL: 'postgres://localhost/x',
  KEY_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64'),
  MAIL_FOLDER: '/tmp/mail',
};
const administrator = { BOOTSTRAP_ADMIN_EMAIL: 'a@example.com' };
const problems = (environment: Record<string, string | undefined>) => {
  try {
    loadConfig(config, environment);
    return 'none';
  } catch (error) {
    return (error as ConfigError).message;
  }
};

describe('the configuration', () => {
  it('is closed to sign-up and as strict as it should be by default', () => {
    const parsed = loadConfig(config, good);
    expect(parsed).toMatchObject({
      SIGN_UP: 'closed',
      PASSWORD_COST: 12,
      ACCESS_TOKEN_SECONDS: 600,
      GATEWAY_CONTROL: [],
    });
    expect(parsed.KEY_ENCRYPTION_KEY.openText('a', parsed.KEY_ENCRYPTION_KEY.seal('a', 'x'))).toBe('x');
  });

  it.each([
    ['a key of another length', { KEY_ENCRYPTION_KEY: 'c2hvcnQ=' }, /KEY_ENCRYPTION_KEY(\.0)?: must be 32 bytes/],
    ['no key', { KEY_ENCRYPTION_KEY: undefined }, /KEY_ENCRYPTION_KEY/],
    ['nowhere to send mail', { MAIL_FOLDER: undefined }, /set MAIL_FOLDER or SMTP_URL/],
    ['a gateway without its file', { GATEWAY_CONTROL: 'http://gateway:8001' }, /KONG_FILE: is needed/],
    ['a gateway that is no address', { GATEWAY_CONTROL: '/tmp/sock', KONG_FILE: 'k' }, /GATEWAY_CONTROL/],
    ['half an administrator', { BOOTSTRAP_ADMIN_EMAIL: 'a@example.com' }, /set both/],
    ['a plug-in without a module', { IDENTITY_PROVIDER_PLUGINS: 'saml' }, /PLUGINS\.0: must be name=\/path/],
    [
      'a plug-in at no absolute path',
      { IDENTITY_PROVIDER_PLUGINS: 'saml=saml.mjs' },
      /PLUGINS\.0: must be name=\/path/,
    ],
    ['two plug-ins of one name', { IDENTITY_PROVIDER_PLUGINS: 'a=/a.mjs,a=/b.mjs' }, /PLUGINS: names a plug-in twice/],
    [
      'a first password that nobody could log in with',
      { ...administrator, BOOTSTRAP_ADMIN_PASSWORD: 'x'.repeat(257) },
      /PASSWORD/,
    ],
    ['a mail server that is none', { SMTP_URL: 'http://mail' }, /SMTP_URL/],
  ])('refuses %s', (_, change, message) => {
    expect(problems({ ...good, ...change })).toMatch(message);
  });

  it('takes several gateways, over a socket and over HTTP', () => {
    const parsed = loadConfig(config, {
      ...good,
      KONG_FILE: 'k',
      GATEWAY_CONTROL: 'unix:/run/g.sock, http://kong:8001',
    });
    expect(parsed.GATEWAY_CONTROL).toEqual(['unix:/run/g.sock', 'http://kong:8001']);
  });
});
