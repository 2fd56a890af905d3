import { channels, type SessionResult } from '@berth/contracts/runtime';

/** One message of a session. */
export const frame = (channel: number, body: Buffer | string): Buffer =>
  Buffer.concat([Buffer.from([channel]), typeof body === 'string' ? Buffer.from(body) : body]);

export const resultFrame = (exitCode: number | null, message: string): Buffer =>
  frame(channels.result, JSON.stringify({ exitCode, message } satisfies SessionResult));
