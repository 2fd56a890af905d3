import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { usageError } from '../../errors.js';
import { parseCpu, parseMemory } from '../../parsing/units.js';
import { ofWorkload } from '../options.js';
import { verticalText } from './show.js';
import { verticalOf } from './vertical.js';

interface Options {
  readonly cpu?: string;
  readonly memory?: string;
}

export const options = (command: Command): Command =>
  ofWorkload(command)
    .argument('<process>', 'web, worker ...')
    .option('--cpu <bounds>', 'of one instance: 100m..1')
    .option('--memory <bounds>', 'of one instance: 128Mi..1Gi');

/** Adds a process type to those whose size follows its use, or changes its bounds. */
export async function run({ client, out, selection }: Context, given: Options, process: string): Promise<void> {
  const bounds = {
    ...(given.cpu !== undefined && { cpuMillicores: parseBounds(given.cpu, parseCpu) }),
    ...(given.memory !== undefined && { memoryMib: parseBounds(given.memory, parseMemory) }),
  };
  if (Object.keys(bounds).length === 0) throw usageError('Give --cpu 100m..1, --memory 128Mi..1Gi, or both.');
  const { id } = await selection.workload();
  const params = { path: { id } };
  const before = await verticalOf(client, id);
  const body = { processes: { ...before?.processes, [process]: bounds } };
  const set = await answerOf(client.PUT('/v1/workloads/{id}/vertical-autoscaling', { params, body }));
  await out.result(set, () => verticalText(set));
}

function parseBounds(text: string, parse: (part: string) => number): { min: number; max: number } {
  const [min, max, ...more] = text.split('..');
  if (min === undefined || max === undefined || more.length > 0)
    throw usageError(`"${text}" is not two bounds: write 128Mi..1Gi.`);
  return { min: parse(min), max: parse(max) };
}
