import type { LogLine, LogQuery } from '@berth/contracts/runtime';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { AgentClock } from '../clock.js';
import type { Tuning } from '../tuning.js';
import { LiveLines } from './live-lines.js';
import { cursorAt, Cursors, formatLine, type LogStream, processOf } from './log-line.js';
import { RotatedFile } from './rotated-file.js';
import { closeLog, lastLines, mergedLines, openLog, type OpenLog } from './stored-lines.js';

/**
 * The logs of one workload: a rotated file per instance. One append at a time over all of its instances, so that
 * cursors, files and followers agree on the order of lines.
 */
export class WorkloadLogs {
  private readonly files = new Map<string, RotatedFile>();
  private readonly cursors = new Cursors();
  private readonly followers = new Set<LiveLines>();
  private queue: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly folder: string,
    private readonly clock: AgentClock,
    private readonly tuning: Tuning,
  ) {}

  /** Resolves when the lines are in the file: callers wait for it, which is what slows a flooding process down. */
  append(instance: string, stream: LogStream, texts: readonly string[]): Promise<void> {
    if (texts.length === 0) return Promise.resolve();
    return this.exclusively(async () => {
      const lines = texts.map((text) => this.lineOf(instance, stream, text));
      await this.fileOf(instance).append(lines.map(formatLine).join(''));
      for (const follower of this.followers) follower.push(lines);
    });
  }

  /** Stored lines, then, when asked to follow, new ones until `signal` aborts. Oldest first. */
  async *read(query: LogQuery, signal: AbortSignal): AsyncGenerator<LogLine> {
    const live = new LiveLines();
    if (query.follow) this.followers.add(live);
    try {
      let last = yield* this.stored(query, query.after ?? '');
      if (!query.follow) return;
      for (let batch = await live.take(signal); batch; batch = await live.take(signal)) {
        if (batch.overflowed) last = yield* this.stored({ ...query, tail: undefined }, last);
        const fresh = batch.lines.filter((line) => line.cursor > last && matches(query, line));
        yield* fresh;
        last = fresh.at(-1)?.cursor ?? last;
      }
    } finally {
      this.followers.delete(live);
    }
  }

  /** Forgets the file of an ended instance and drops the oldest logs beyond the number kept. */
  async retire(instance: string): Promise<void> {
    await this.exclusively(async () => {
      this.files.delete(instance);
      const ended = (await this.instances()).filter((known) => !this.files.has(known));
      const dated = await Promise.all(ended.map(async (known) => ({ known, at: await changedAt(this.pathOf(known)) })));
      const doomed = dated.toSorted((a, b) => b.at - a.at).slice(this.tuning.logInstancesKept);
      for (const { known } of doomed) await this.removeLog(known);
    });
  }

  async remove(): Promise<void> {
    await this.exclusively(() => rm(this.folder, { recursive: true, force: true }));
  }

  /** Answers the cursor of the last line. */
  private async *stored(query: LogQuery, after: string): AsyncGenerator<LogLine, string> {
    const since = query.since === undefined ? '' : cursorAt(Date.parse(query.since));
    const accept = (line: LogLine): boolean => line.cursor > after && line.cursor >= since && matches(query, line);
    const logs = await this.exclusively(() => this.openLogs(query));
    let last = after;
    try {
      const lines = query.tail === undefined ? mergedLines(logs, accept) : await lastLines(logs, accept, query.tail);
      for await (const line of lines) {
        last = line.cursor;
        yield line;
      }
    } finally {
      for (const log of logs) await closeLog(log);
    }
    return last;
  }

  private async openLogs(query: LogQuery): Promise<OpenLog[]> {
    const wanted = (await this.instances()).filter((instance) =>
      matches(query, { instance, process: processOf(instance) }),
    );
    return Promise.all(wanted.map((instance) => openLog(instance, this.pathOf(instance), this.tuning.logFiles)));
  }

  private async instances(): Promise<string[]> {
    const names = await readdir(this.folder).catch(() => []); // nothing was written yet
    return names.filter((name) => name.endsWith('.log')).map((name) => name.slice(0, -'.log'.length));
  }

  private async removeLog(instance: string): Promise<void> {
    const names = (await readdir(this.folder)).filter((name) => name.startsWith(`${instance}.log`));
    for (const name of names) await rm(join(this.folder, name), { force: true });
  }

  private lineOf(instance: string, stream: LogStream, text: string): LogLine {
    const now = this.clock.now();
    const cursor = this.cursors.next(now.getTime());
    return { cursor, at: now.toISOString(), process: processOf(instance), instance, stream, text };
  }

  private fileOf(instance: string): RotatedFile {
    const known = this.files.get(instance);
    if (known) return known;
    const made = new RotatedFile(this.pathOf(instance), this.tuning.logFileBytes, this.tuning.logFiles);
    this.files.set(instance, made);
    return made;
  }

  private pathOf(instance: string): string {
    return join(this.folder, `${instance}.log`);
  }

  private exclusively<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.queue.then(work);
    this.queue = result.catch(() => undefined); // told to the caller; the next one starts afresh
    return result;
  }
}

const matches = (query: LogQuery, line: { process: string; instance: string }): boolean =>
  (query.process === undefined || query.process === line.process) &&
  (query.instance === undefined || query.instance === line.instance);

async function changedAt(path: string): Promise<number> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
}
