import { EventEmitter, once } from 'node:events';
import type { LogLine, LogQuery } from '@berth/contracts/runtime';

/** Log lines of a fake world. The cursor is the line's number. */
export class Journal {
  private readonly lines = new Map<string, LogLine[]>();
  private readonly emitter = new EventEmitter().setMaxListeners(0);

  print(
    workloadId: string,
    line: Pick<LogLine, 'process' | 'text'> & Partial<Pick<LogLine, 'instance'>>,
    at = new Date(),
  ): void {
    const lines = this.linesOf(workloadId);
    const cursor = String(lines.length + 1).padStart(8, '0');
    lines.push({ cursor, at: at.toISOString(), instance: `${line.process}-1`, stream: 'stdout', ...line });
    this.emitter.emit('line');
  }

  async *read(workloadId: string, query: LogQuery, signal: AbortSignal): AsyncIterable<LogLine> {
    const { process, instance, since, tail, follow, after = '' } = query;
    const isWanted = (line: LogLine) =>
      (process === undefined || line.process === process) &&
      (instance === undefined || line.instance === instance) &&
      (since === undefined || line.at >= since);
    const lines = this.linesOf(workloadId);
    const stored = lines.filter((line) => line.cursor > after && isWanted(line));
    yield* stored.slice(tail === undefined ? 0 : Math.max(0, stored.length - tail));
    for (let next = lines.length; follow && !signal.aborted; next++) {
      if (next >= lines.length) await once(this.emitter, 'line', { signal }).catch(() => undefined); // aborted: it ends
      const line = lines[next];
      if (!line) next--;
      else if (isWanted(line)) yield line;
    }
  }

  private linesOf(workloadId: string): LogLine[] {
    const lines = this.lines.get(workloadId) ?? [];
    this.lines.set(workloadId, lines);
    return lines;
  }
}
