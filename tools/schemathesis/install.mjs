// Puts schemathesis into a virtual environment of its own, once per content of requirements.txt.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const requirements = join(import.meta.dirname, 'requirements.txt');

/** Answers the program. */
export function installSchemathesis() {
  const pins = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  const folder = join(homedir(), '.cache/berth', `schemathesis-${pins}`);
  const program = join(folder, 'bin/schemathesis');
  if (existsSync(join(folder, 'ready'))) return program;
  mkdirSync(folder, { recursive: true });
  execFileSync('python3', ['-m', 'venv', '--clear', folder]);
  execFileSync(join(folder, 'bin/pip'), ['install', '--quiet', '--no-deps', '--requirement', requirements]);
  writeFileSync(join(folder, 'ready'), '');
  return program;
}
