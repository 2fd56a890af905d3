import { answerOf, type Schemas } from '@berth/api-client';
import { Argument, type Command } from 'commander';
import type { Context } from '../../context.js';
import { usageError } from '../../errors.js';
import { parseCount, parseDuration } from '../../parsing/units.js';
import { ofWorkload } from '../options.js';
import { strategyText } from './strategy.js';

interface Options {
  readonly maxErrors?: string;
  readonly minRequests?: string;
  readonly hold?: string;
  readonly manual?: boolean;
  readonly within?: string;
}

type Strategy = NonNullable<Schemas['UpdateWorkload']['strategy']>;

export const options = (command: Command): Command =>
  ofWorkload(command)
    .addArgument(
      new Argument('<kind>', 'how a release takes the place of the one before').choices([
        'rolling',
        'canary',
        'blue-green',
      ]),
    )
    .argument('[weight=time...]', 'steps of a canary, in percent of the requests: 10=5m 50=10m')
    .option('--max-errors <percent>', 'a release is taken back when more of its answers are errors; default: 5')
    .option('--min-requests <count>', 'once it answered so many in a step; default: 20')
    .option('--hold <time>', 'blue-green: how long the former release stays up after the switch; default: 10m')
    .option('--manual', 'blue-green: the switch waits for: berth deployments promote')
    .option('--within <time>', 'how long it waits for that; default: 1h');

export async function run(context: Context, given: Options, kind: string, steps: string[]): Promise<void> {
  const { client, out, selection } = context;
  const strategy = strategies[kind as Strategy['kind']](steps, given);
  const { id } = await selection.workload();
  const request = { params: { path: { id } }, headers: { 'if-match': '*' }, body: { strategy } };
  const changed = await answerOf(client.PATCH('/v1/workloads/{id}', request));
  await out.result(changed.strategy, () => strategyText(changed.strategy));
}

const strategies: Readonly<Record<Strategy['kind'], (steps: string[], given: Options) => Strategy>> = {
  rolling: rollingOf,
  canary: canaryOf,
  'blue-green': blueGreenOf,
};

const limitsOf = ({ maxErrors, minRequests }: Options): { maxErrorPercent: number; minRequests: number } => ({
  maxErrorPercent: maxErrors === undefined ? 5 : parseCount(maxErrors.replace(/ ?%$/, '')),
  minRequests: minRequests === undefined ? 20 : parseCount(minRequests, 1),
});

function requireNoSwitch({ hold, manual, within }: Options): void {
  if (hold !== undefined || manual || within !== undefined)
    throw usageError('--hold, --manual and --within are those of blue-green.');
}

function blueGreenOf(steps: readonly string[], given: Options): Strategy {
  const { hold = '10m', manual, within } = given;
  if (steps.length > 0) throw usageError('Blue-green has no steps: it switches all requests at once.');
  if (within !== undefined && !manual) throw usageError('--within goes with --manual.');
  const wait = manual ? { promoteWithinSeconds: parseDuration(within ?? '1h') } : {};
  return { kind: 'blue-green', holdSeconds: parseDuration(hold), ...wait, ...limitsOf(given) };
}

function rollingOf(steps: readonly string[], given: Options): Strategy {
  requireNoSwitch(given);
  if (steps.length > 0 || (given.maxErrors ?? given.minRequests) !== undefined)
    throw usageError("Rolling has no steps and no limits: they are a canary's.");
  return { kind: 'rolling' };
}

function canaryOf(steps: readonly string[], given: Options): Strategy {
  requireNoSwitch(given);
  if (steps.length === 0) throw usageError('A canary has steps: berth apps set-strategy canary 10=5m 50=10m');
  return { kind: 'canary', steps: steps.map(parseStep), ...limitsOf(given) };
}

function parseStep(text: string): { weight: number; holdSeconds: number } {
  const [, weight, time] = /^([0-9]{1,2})%?=(.+)$/.exec(text) ?? [];
  if (weight === undefined || time === undefined)
    throw usageError(`"${text}" is not a step: write 10=5m for 10 % of the requests during five minutes.`);
  return { weight: Number(weight), holdSeconds: parseDuration(time) };
}
