import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { execa } from 'execa';
// eslint-disable-next-line @nx/enforce-module-boundaries -- the tool that installs another tool is no library
import { installSchemathesis } from '../../../../tools/schemathesis/install.mjs';
import { sign, type SigningKey, signingKeyOf } from '../access-matrix/bad-tokens.js';
import { administrator, Services } from '../access-matrix/services.js';
import { foundTenant, logIn, newPerson, type Tenant } from '../access-matrix/tenant.js';
import { Repository, webApp } from '../support/repository.js';
import { objectsOf } from './objects.js';

jest.setTimeout(1_800_000);

const settings = join(import.meta.dirname, '../../../../tools/schemathesis');
const checks = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
  'negative_data_rejection',
  'ignored_auth',
];
const phases = 'coverage,fuzzing';
const repeatable = ['--generation-database', 'none', '--seed', '1', '--no-color'];
/** A busy machine is no finding. */
const patient = ['--request-timeout', '300', '--suppress-health-check', 'too_slow'];
/** They end the session that asks, or may. */
const lastWords = ['revokeSession', 'logout', 'revokeAllSessions', 'deactivateAccount', 'deleteAccount'];

let services: Services;
let repository: Repository;
let tenant: Tenant;
let key: SigningKey;
let folder: string;
let program: string;

beforeAll(async () => {
  program = installSchemathesis();
  folder = await mkdtemp(join(tmpdir(), 'berth-schemathesis-'));
  services = await Services.start();
  repository = await Repository.make(webApp('tenant'));
  const admin = (await logIn(services, administrator)).accessToken;
  tenant = await foundTenant(services, { mark: 'alpha', repository, admin });
  key = await signingKeyOf(services);
  await writeFile(join(folder, 'objects.json'), JSON.stringify(objectsOf(tenant)));
});
afterAll(async () => {
  await services.close();
  for (const each of [folder, repository.folder]) await rm(each, { recursive: true, force: true });
});

/** What schemathesis found, as it says it; nothing when all was right. */
async function findings(url: string, token: string, ...options: string[]): Promise<string> {
  const run = ['--config-file', join(settings, 'schemathesis.toml'), 'run', `${url}/openapi.json`];
  const asked = ['--header', `Authorization: Bearer ${token}`, '--checks', checks.join(','), '--phases', phases];
  const { exitCode, stdout, stderr } = await execa(program, [...run, ...asked, ...repeatable, ...patient, ...options], {
    cwd: folder,
    reject: false,
    env: { SCHEMATHESIS_HOOKS: join(settings, 'hooks.py'), BERTH_OBJECTS: join(folder, 'objects.json') },
  });
  process.stdout.write(`${/^Test cases:\n(.*)$/m.exec(stdout)?.[1] ?? stdout}\n`);
  return exitCode === 0 ? '' : `${stdout}\n${stderr}`;
}

describe('schemathesis, by the OpenAPI document that each service answers', () => {
  it.each(lastWords)('finds nothing either in what ends a session: %s', async (name) => {
    const { accessToken } = await newPerson(services, 'last');
    const only = ['--include-operation-id', name, '--max-examples', '5'];
    expect(await findings(services.urlOf('user-management'), accessToken, ...only)).toBe('');
  });

  it.each(['user-management', 'deployment-management', 'build', 'metering'] as const)(
    'finds no failure, no answer that is not documented and no route of %s that passes over who asks',
    async (service) => {
      const token = await sign(
        key,
        { sub: tenant.owner.id, sid: tenant.owner.sessionId, admin: true },
        { expiresIn: 3_600 },
      );
      const excluded = lastWords.flatMap((name) => ['--exclude-operation-id', name]);
      expect(await findings(services.urlOf(service), token, '--max-examples', '10', ...excluded)).toBe('');
    },
  );
});
