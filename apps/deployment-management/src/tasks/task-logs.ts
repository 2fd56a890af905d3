import type { LogLine } from '@berth/contracts/runtime';
import { Clock, Database, type StreamEvent } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { RuntimeUnavailable } from '../runtime/runtime.js';
import { Runtimes } from '../runtime/runtimes.js';
import { isOpen, type TaskRow } from './task.js';
import { TasksRepository } from './tasks.repository.js';

const LOOK_MILLISECONDS = 500;

/** What a task prints, from its first line to its end: from the runtime while it is there, then from what was kept. */
@Injectable()
export class TaskLogs {
  constructor(
    private readonly database: Database,
    private readonly tasks: TasksRepository,
    private readonly runtimes: Runtimes,
    private readonly clock: Clock,
  ) {}

  /** `after` is the cursor of the last line that the reader has. The last event, `end`, says how it ended. */
  async *follow(id: string, after: string | undefined, signal: AbortSignal): AsyncIterable<StreamEvent> {
    let last = after ?? '';
    for (;;) {
      const task = await this.tasks.find(this.database, id);
      if (!task || signal.aborted) return;
      // It is read after its status: whatever it printed before its end is in it.
      const lines = isOpen(task) ? this.running(task, last, signal) : await this.tasks.outputOf(this.database, id);
      last = yield* eventsOf(lines, last);
      if (!isOpen(task)) return yield { event: 'end', data: { status: task.status, exitCode: task.exitCode } };
      await this.clock.pause(LOOK_MILLISECONDS, signal);
    }
  }

  private async *running(task: TaskRow, after: string, signal: AbortSignal): AsyncIterable<LogLine> {
    if (task.instance === null) return;
    const runtime = await this.runtimes.of(task.workloadId);
    const query = { instance: task.instance, follow: false, ...(after === '' ? {} : { after }) };
    try {
      yield* runtime.logs(task.workloadId, query, signal);
    } catch (error) {
      // What it prints meanwhile is read when the runtime answers again, or from what was kept.
      if (!(error instanceof RuntimeUnavailable)) throw error;
    }
  }
}

/** The lines after the cursor; answers the cursor of the last one. */
async function* eventsOf(
  lines: AsyncIterable<LogLine> | Iterable<LogLine>,
  after: string,
): AsyncGenerator<StreamEvent, string> {
  let last = after;
  for await (const line of lines) {
    if (line.cursor <= last) continue;
    last = line.cursor;
    yield { id: last, event: 'line', data: line };
  }
  return last;
}
