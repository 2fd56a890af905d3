import { z } from 'zod';

/**
 * What a session with an instance is made of: WebSocket messages whose first byte says what the rest is. They are those of
 * the Kubernetes API (`v5.channel.k8s.io`), but for what `result` and `resize` hold.
 */
export const channels = {
  /** To the command, or to the port. */
  input: 0,
  /** From the command, or from the port. */
  output: 1,
  errors: 2,
  /** JSON, see `sessionResult`: the last message. */
  result: 3,
  /** JSON, see `terminalSize`. */
  resize: 4,
  /** The rest is one byte: the channel that has no more to come, `input`. */
  end: 255,
} as const;
export type Channel = (typeof channels)[keyof typeof channels];

/** Subprotocol of the sessions of our own API. */
export const SESSION_PROTOCOL = 'v1.session.berth.dev';

export const sessionResult = z.object({
  /** Null when the command did not end by itself, and for a port. */
  exitCode: z.int().nullable(),
  message: z.string(),
});
export type SessionResult = z.infer<typeof sessionResult>;

export const terminalSize = z.object({ columns: z.int().min(1).max(10_000), rows: z.int().min(1).max(10_000) });
export type TerminalSize = z.infer<typeof terminalSize>;

const storable = (text: string): boolean => !text.includes('\0');

/** A command to run inside an instance. */
export const execRequest = z.object({
  command: z.array(z.string().max(4_000).refine(storable)).min(1).max(100),
  /** Whether anything is sent to it. */
  input: z.boolean(),
  /** Whether it gets a terminal: then all that it prints is `output`. */
  terminal: z.boolean(),
});
export type ExecRequest = z.infer<typeof execRequest>;
