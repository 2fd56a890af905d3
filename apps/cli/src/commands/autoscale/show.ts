import type { Context } from '../../context.js';
import { time } from '../../output/format.js';
import { ofWorkload } from '../options.js';
import { stillOf, type Vertical, verticalOf } from './vertical.js';

export const options = ofWorkload;

export async function run({ client, out, selection }: Context): Promise<void> {
  const { id } = await selection.workload();
  const found = await verticalOf(client, id);
  await out.result(found ?? stillOf(id), () => (found ? verticalText(found) : STILL));
}

const STILL = 'Its sizes stay as they are. Let one follow its use: berth autoscale set web --memory 128Mi..1Gi';

/** Bounds, and what was decided last. */
export function verticalText({ processes, state, message, restsUntil }: Vertical): string {
  const bounds = Object.entries(processes).map(([name, { cpuMillicores: cpu, memoryMib: memory }]) =>
    [name, cpu && `${cpu.min}m..${cpu.max}m`, memory && `${memory.min}Mi..${memory.max}Mi`].filter(Boolean).join(' '),
  );
  const rest = restsUntil === null ? [] : [`No other size before ${time(restsUntil)}.`];
  return [...bounds, `${state}: ${message}`, ...rest].join('\n');
}
