import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '../../..');

describe('the generated client', () => {
  it('is what the services answer now (else: npm run openapi)', async () => {
    const generate = [join(root, 'tools/openapi/generate.mjs'), '--check'];
    const check = promisify(execFile)(process.execPath, generate, { cwd: root }).catch((error: Error) => error);
    expect(await check).toMatchObject({ stderr: '' });
  });
});
