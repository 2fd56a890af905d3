import { build } from '@berth/build';
import { deploymentManagement } from '@berth/deployment-management';
import { metering } from '@berth/metering';
import { type Environment, loadConfig, type ServiceDefinition } from '@berth/service-kit';
import { userManagement } from '@berth/user-management';
import { describe, expect, it } from '@jest/globals';
import type { StandaloneConfig } from '../src/config.js';
import { environments, type Parts } from '../src/platform/environments.js';

const administrator = { email: 'admin@berth.localhost', password: 'shown-once' };
const parts = (over: { config?: Partial<StandaloneConfig>; secrets?: Partial<Parts['secrets']> } = {}): Parts => ({
  config: {
    ...{ folder: '/data', port: 8080, example: true, workspace: '/work', toolPath: '/opt/bin', logLevel: 'warn' },
    ...{ signUp: 'closed', trustedProxies: [], replay: false },
    ...over.config,
  },
  folder: { in: (name: string) => `/data/${name}`, socket: (name: string) => `/run/${name}.sock` } as Parts['folder'],
  secrets: {
    ...{ keyEncryptionKey: Buffer.alloc(32, 7).toString('base64'), databasePassword: 'of-all-roles', administrator },
    ...over.secrets,
  },
  databases: { urlOf: (name: string) => `postgres://${name}@localhost/${name}` } as Parts['databases'],
  gateway: { port: 9123 },
});
const services = [userManagement, deploymentManagement, build, metering] as unknown as ServiceDefinition<never>[];
const told = (given = parts()) => environments(given) as Record<string, Environment>;
const configOf = ({ name, config }: ServiceDefinition<never>, given = parts()) =>
  loadConfig(config, told(given)[name]!) as unknown as Record<string, unknown>;

describe('what services are told on one machine', () => {
  it.each(services.map((service) => [service.name, service] as const))(
    '%s understands all of it, and asks for nothing more',
    (name, service) => {
      const known = configOf(service);
      expect(Object.keys(told()[name]!).filter((variable) => !(variable in known))).toEqual([]);
    },
  );

  it('is a database of its own for each, and one bus for all', () => {
    const all = Object.values(told());
    expect(new Set(all.map((each) => each['DATABASE_URL'])).size).toBe(4);
    expect(new Set(all.map((each) => each['BUS_DATABASE_URL']))).toEqual(new Set(['postgres://bus@localhost/bus']));
    for (const [name, each] of Object.entries(told()))
      expect(each['DATABASE_URL']).toBe(`postgres://${name}@localhost/${name}`);
  });

  it('asks metering to collect what is due by files of the folder that everything is in', () => {
    const { PAYMENT_FOLDER, STRIPE_SECRET_KEY } = configOf(metering as unknown as ServiceDefinition<never>);
    expect([PAYMENT_FOLDER, STRIPE_SECRET_KEY]).toEqual(['/data/payments', undefined]);
  });

  it('is to believe the gateway where a request comes from, and what stands before the gateway', () => {
    const given = parts({ config: { trustedProxies: ['10.0.0.0/8', '192.0.2.7/32'] } });
    for (const service of services)
      expect(configOf(service, given)['TRUSTED_PROXIES']).toEqual(['127.0.0.1', '10.0.0.0/8', '192.0.2.7/32']);
  });

  it('leads people and apps to the port that the gateway has, wherever that was asked to be', () => {
    const { PUBLIC_URL, PASSKEY_ORIGINS } = told()['user-management']!;
    expect([PUBLIC_URL, PASSKEY_ORIGINS]).toEqual(['http://localhost:9123', 'http://localhost:9123']);
    const { ROUTER_URL, APP_URL_TEMPLATE } = told()['deployment-management']!;
    expect([ROUTER_URL, APP_URL_TEMPLATE]).toEqual(['http://127.0.0.1:9123', 'http://{host}:9123']);
  });

  it('names the administrator to nobody but user-management, and to it only as long as there is one to make', () => {
    const { BOOTSTRAP_ADMIN_EMAIL: email, BOOTSTRAP_ADMIN_PASSWORD: password } = told()['user-management']!;
    expect({ email, password }).toEqual(administrator);
    for (const [name, each] of Object.entries(told()))
      expect(JSON.stringify(each).includes('shown-once')).toBe(name === 'user-management');
    expect(JSON.stringify(told(parts({ secrets: { administrator: null } })))).not.toContain('BOOTSTRAP_ADMIN');
  });

  it('is the key of what is sealed only where something is sealed', () => {
    const having = Object.entries(told()).filter(([, each]) => 'KEY_ENCRYPTION_KEY' in each);
    expect(having.map(([name]) => name).toSorted()).toEqual(['deployment-management', 'metering', 'user-management']);
  });

  it.each(['open', 'closed'] as const)('lets strangers sign up as the command line says: %s', (signUp) => {
    expect(configOf(services[0]!, parts({ config: { signUp } }))['SIGN_UP']).toBe(signUp);
  });

  it('gives builds the toolchains of the host, and nobody a variable of the process itself', () => {
    process.env['BERTH_TEST_LEAK'] = 'leaked';
    try {
      expect(configOf(services[2]!)['TOOL_PATH']).toBe('/opt/bin');
      expect(JSON.stringify(told())).not.toContain('leaked');
    } finally {
      delete process.env['BERTH_TEST_LEAK'];
    }
  });
});
