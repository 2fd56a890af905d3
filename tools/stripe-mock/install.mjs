// Builds Stripe's own stand-in for its API, which answers by its published OpenAPI description, once per content of go.sum.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const here = import.meta.dirname;

/** Answers the program. */
export function installStripeMock() {
  const pins = createHash('sha256')
    .update(readFileSync(join(here, 'go.sum')))
    .digest('hex')
    .slice(0, 12);
  const folder = join(homedir(), '.cache/berth', `stripe-mock-${pins}`);
  const program = join(folder, 'stripe-mock');
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true });
  const building = `${program}-${process.pid}`;
  execFileSync('go', ['build', '-buildvcs=false', '-o', building, 'github.com/stripe/stripe-mock'], { cwd: here });
  // Whole or not at all, whoever else builds it.
  renameSync(building, program);
  return program;
}
