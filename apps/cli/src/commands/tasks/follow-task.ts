import { answerOf, type Schemas, type StreamedEvent } from '@berth/api-client';
import type { LogLine } from '@berth/contracts/runtime';
import type { Context } from '../../context.js';
import { interrupted } from '../../errors.js';

type Task = Schemas['Task'];

const isEnd = ({ event }: StreamedEvent): boolean => event === 'end';

/** Shows what a task prints until it has ended, as it would print it here. Answers it as it ended. */
export async function followTask(context: Context, { id }: Pick<Task, 'id'>): Promise<Task> {
  const { client, io, out, signal } = context;
  const options = { signal, isLast: isEnd };
  for await (const event of client.eventStream(`/v1/tasks/${id}/logs`, options)) {
    if (isEnd(event) || out.json) continue;
    const { stream, text } = event.data as LogLine;
    io[stream === 'stdout' ? 'stdout' : 'stderr'].write(`${text}\n`);
  }
  if (signal.aborted) throw interrupted(`The task goes on. End it with: berth tasks cancel ${id}`);
  return answerOf(client.GET('/v1/tasks/{id}', { params: { path: { id } } }));
}
