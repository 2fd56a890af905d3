// Side-by-side benchmarks. `npm run bench` runs all of them, `npm run bench -- write gateway` those, `--rounds 9` longer,
// `--events 1000000 --spans 10000000` larger, `--part checks` a part of one that has parts, `--logins 1000 --cost 12` so many
// of such passwords, `--workloads 200` as many, `--json` for machines. Each file here exports `name` and
// `async run(options): Promise<Row[]>` (see support/rows.mjs) and throws when an answer is wrong. That ends the run with an
// error; a missed goal is said, but noise must not fail anything.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { onInterrupt, useRunFolder } from '../tools/run-folder.mjs';
import { ROUNDS } from './support/pairs.mjs';
import { tableOf, verdictOf } from './support/table.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: String(ROUNDS) },
    events: { type: 'string', default: '50000' },
    spans: { type: 'string', default: '500000' },
    logins: { type: 'string', default: '1000' },
    cost: { type: 'string', default: '12' },
    workloads: { type: 'string' },
    part: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const numbers = ['rounds', 'events', 'spans', 'logins', 'cost'].map((option) => [option, Number(values[option])]);
const workloads = values.workloads && { workloads: Number(values.workloads) };
const options = { ...Object.fromEntries(numbers), ...workloads, part: values.part };
const existing = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.mjs') && file !== 'run.mjs')
  .map((file) => file.slice(0, -'.mjs'.length))
  .sort();
const unknown = positionals.find((name) => !existing.includes(name));
if (unknown) {
  console.error(`There is no benchmark ${unknown}. These are: ${existing.join(', ')}.`);
  process.exit(2);
}

useRunFolder();
onInterrupt(async () => void spawnSync('pkill', ['-TERM', '-P', String(process.pid)]));
const rows = [];
const failed = [];
for (const file of positionals.length > 0 ? positionals : existing) {
  const bench = await import(`./${file}.mjs`);
  console.error(`${file}: ${bench.name} ...`);
  try {
    rows.push(...(await bench.run(options)));
  } catch (error) {
    failed.push(file);
    console.error(error);
  }
}

console.log(values.json ? JSON.stringify(rows, undefined, 2) : tableOf(rows));
const missed = rows.filter((row) => verdictOf(row) === 'MISSED');
if (missed.length > 0) console.error(`Goals missed: ${missed.map(({ id, what }) => `${id} ${what}`).join('; ')}.`);
if (failed.length > 0) console.error(`Not right, or not run to its end: ${failed.join(', ')}.`);
process.exit(failed.length > 0 ? 1 : 0);
