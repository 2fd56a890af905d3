import type { Readable, Writable } from 'node:stream';
import type { Environment } from './config.js';

export type InputStream = Readable & { readonly isTTY?: boolean; setRawMode?(isRaw: boolean): unknown };

export type OutputStream = Writable & { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number };

/** Everything of the world that a command touches besides the server and files. */
export interface Io {
  readonly stdin: InputStream;
  /** Results only. */
  readonly stdout: OutputStream;
  /** Progress, notes, warnings and failures. */
  readonly stderr: OutputStream;
  readonly folder: string;
  readonly environment: Environment;
  /** Aborts at Ctrl-C. */
  readonly signal: AbortSignal;
}

export const isInteractive = (io: Io): boolean => Boolean(io.stdin.isTTY && io.stderr.isTTY);

export async function readAll(stdin: InputStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk as Buffer | string));
  return Buffer.concat(chunks).toString('utf8');
}
