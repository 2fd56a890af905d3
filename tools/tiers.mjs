// Runs tiers of tests and adds up what they counted.
import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';

const COUNTED = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/;

/** How each line begins by which a tier says what failed. */
export const FAILED = '✗ ';
/** Of a tier that ends badly and says nothing of the kind, so many of its last lines are told again. */
const LAST_LINES = 30;

/**
 * Runs one stage after the other, of each its tiers in their order, at most so many at once. What they print comes line by
 * line, under the name of each; once all stages are done what failed is printed again, together, for the record may be long
 * and only its end be kept.
 */
export async function runStages(stages, { cwd, print = console.log }) {
  const total = { passed: 0, failed: 0 };
  const failures = [];
  const run = async (tier) => {
    const said = [];
    const { passed, failed } = await runTier(tier, cwd, (line) => said.push(line) && print(line));
    total.passed += passed;
    total.failed += failed;
    if (failed > 0) failures.push(...whatFailed(said, `[${tier.name}] ${FAILED}`));
  };
  for (const stage of stages) await eachOf(stage, run);
  for (const line of failures) print(line);
  return total;
}

async function eachOf({ tiers, atOnce }, run) {
  const waiting = [...tiers];
  const worker = async () => {
    for (let tier = waiting.shift(); tier; tier = waiting.shift()) await run(tier);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

function whatFailed(said, beginning) {
  const named = said.filter((line) => line.startsWith(beginning));
  return named.length > 0 ? named : said.slice(-LAST_LINES);
}

async function runTier({ name, command, needs, counts }, cwd, print) {
  const say = (line) => print(`[${name}] ${line}`);
  const missing = needs.filter((tool) => spawnSync('which', [tool]).status !== 0);
  if (missing.length > 0) {
    say(`This tier needs ${missing.join(' and ')}, which this machine does not have.`);
    return { passed: 0, failed: 1 };
  }
  const { code, counted } = await execute(command, cwd, say);
  say(`ended with code ${code}`);
  if (!counts) return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1 };
  if (!counted) {
    say('This tier counted nothing.');
    return { passed: 0, failed: 1 };
  }
  if (counted.skipped > 0) say(`${counted.skipped} skipped: a test that does not run has failed.`);
  return withoutSkipped(counted, code);
}

/** What was skipped has failed, and so has a tier that ended badly though none of its tests did. */
function withoutSkipped({ passed, failed, skipped }, code) {
  const bad = failed + skipped;
  return { passed, failed: code !== 0 && bad === 0 ? 1 : bad };
}

/** Says each line; answers how it ended and the last count among what it printed. */
async function execute([command, ...args], cwd, say) {
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let counted;
  const lines = (stream, hear) => {
    const reading = createInterface({ input: stream, crlfDelay: Infinity }).on('line', hear);
    return new Promise((resolve) => reading.once('close', resolve));
  };
  const heard = lines(child.stdout, (line) => {
    const [, passed, failed, skipped = '0'] = COUNTED.exec(line) ?? [];
    if (passed !== undefined) counted = { passed: Number(passed), failed: Number(failed), skipped: Number(skipped) };
    say(line);
  });
  const complaints = lines(child.stderr, say);
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('exit', resolve));
  await Promise.all([heard, complaints]);
  return { code: code ?? 1, counted };
}
