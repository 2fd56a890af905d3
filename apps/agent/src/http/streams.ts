import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { AgentClock } from '../clock.js';

const NDJSON = { 'content-type': 'application/x-ndjson' };

/** Aborted when the client goes away or the answer ended. */
export function closedSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => controller.abort());
  return controller.signal;
}

/** One JSON document a line, at the speed of the reader. */
export async function sendLines(
  response: ServerResponse,
  items: AsyncIterable<unknown>,
  closed: AbortSignal,
): Promise<void> {
  response.writeHead(200, NDJSON);
  response.flushHeaders();
  for await (const item of items) {
    if (closed.aborted) return;
    if (!response.write(`${JSON.stringify(item)}\n`)) await once(response, 'drain', { signal: closed });
  }
  response.end();
}

export interface ChangeSource {
  onChange(listener: (workloadId: string) => void): () => void;
}

/**
 * Hints that a workload changed. The first line tells the reader to state everything again, because the agent may
 * have started anew; a slow reader gets one hint per workload, however often it changed.
 */
export function sendChanges(
  response: ServerResponse,
  source: ChangeSource,
  clock: AgentClock,
  heartbeat: number,
): void {
  const pending = new Set<string>();
  const write = (line: object): boolean => response.write(`${JSON.stringify(line)}\n`);
  const flush = (): void => {
    for (const workloadId of pending) {
      if (response.writableNeedDrain) return;
      pending.delete(workloadId);
      write({ workloadId });
    }
  };
  response.writeHead(200, NDJSON);
  write({ resync: true });
  const unsubscribe = source.onChange((workloadId) => {
    pending.add(workloadId);
    flush();
  });
  const stop = clock.every(heartbeat, () => {
    if (!response.writableNeedDrain) write({ heartbeat: true });
  });
  response.on('drain', flush);
  response.once('close', () => {
    unsubscribe();
    stop();
  });
}
