import { ApiProblem, ServerUnreachable } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';

export const options = (command: Command): Command => command;

/** The tokens of this machine are forgotten in any case; the server ends the session when it can be told. */
export async function run({ client, session, out }: Context): Promise<void> {
  if (!(await session.read())) return out.note(`You are not logged in to ${session.server}.`);
  try {
    await client.POST('/v1/auth/logout');
  } catch (error) {
    if (error instanceof ServerUnreachable) out.warn('The server could not be told; its session ends by itself.');
    else if (!(error instanceof ApiProblem && error.status === 401)) throw error;
  } finally {
    await session.clear();
  }
  out.note(`Logged out of ${session.server}.`);
}
