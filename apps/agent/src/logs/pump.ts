import type { Readable } from 'node:stream';
import { type AgentClock, pause } from '../clock.js';
import { LineSplitter } from './line-splitter.js';

export type Sink = (lines: string[]) => Promise<void>;

/**
 * Carries a child's output to a sink, a chunk at a time: while the sink works the pipe fills and the child waits, so
 * a flood costs neither memory nor more than `bytesPerSecond` of the agent's time.
 */
export async function pump(source: Readable, sink: Sink, clock: AgentClock, bytesPerSecond: number): Promise<void> {
  const splitter = new LineSplitter();
  let windowStart = clock.now().getTime();
  let bytes = 0;
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      await sink(splitter.push(chunk));
      bytes += chunk.length;
      if (bytes < bytesPerSecond) continue;
      const elapsed = clock.now().getTime() - windowStart;
      if (elapsed < 1_000) await pause(clock, 1_000 - elapsed);
      windowStart = clock.now().getTime();
      bytes = 0;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error; // closed by us at the end
  }
  await sink(splitter.end());
}
