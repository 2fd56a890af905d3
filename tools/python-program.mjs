// Puts a program of PyPI into a virtual environment of its own, once per content of what is pinned.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** `requirements`: a file with everything that it needs, pinned. Answers the program. */
export function installPythonProgram(name, requirements) {
  const pins = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  const folder = join(homedir(), '.cache/berth', `${name}-${pins}`);
  const program = join(folder, 'bin', name);
  if (existsSync(join(folder, 'ready'))) return program;
  mkdirSync(folder, { recursive: true });
  execFileSync('python3', ['-m', 'venv', '--clear', folder]);
  execFileSync(join(folder, 'bin/pip'), ['install', '--quiet', '--no-deps', '--requirement', requirements]);
  writeFileSync(join(folder, 'ready'), '');
  return program;
}
