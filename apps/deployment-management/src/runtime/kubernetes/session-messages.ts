import { channels, terminalSize } from '@berth/contracts/runtime';

/** Newest first: with v5 the end of the input can be told. */
export const EXEC_PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];
export const FORWARD_PROTOCOLS = ['v4.channel.k8s.io'];

/** A message for the other side; null: it gets none. */
export type Translate = (message: Buffer) => Buffer | null;

export interface Translation {
  readonly toPod: Translate;
  readonly toClient: Translate;
}

const message = (channel: number, body: string | Buffer): Buffer =>
  Buffer.concat([Buffer.from([channel]), Buffer.from(body)]);

export const execution = (protocol: string): Translation => ({
  toPod: (frame) => (frame[0] === channels.end && protocol !== EXEC_PROTOCOLS[0] ? null : ofExec(frame)),
  toClient: resultOfExec,
});

/** Their words for the size of a terminal. */
function ofExec(frame: Buffer): Buffer {
  if (frame[0] !== channels.resize) return frame;
  const { columns, rows } = terminalSize.parse(JSON.parse(frame.subarray(1).toString()));
  return message(channels.resize, JSON.stringify({ Width: columns, Height: rows }));
}

interface ExecStatus {
  readonly status: 'Success' | 'Failure';
  readonly message?: string;
  readonly details?: { readonly causes?: readonly { readonly reason: string; readonly message: string }[] };
}

/** Their Status object at the end, as a result. */
function resultOfExec(frame: Buffer): Buffer | null {
  if (frame[0] !== channels.result) return frame.length > 1 ? frame : null;
  const status = JSON.parse(frame.subarray(1).toString()) as ExecStatus;
  const code = status.details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message;
  const exitCode = status.status === 'Success' ? 0 : code === undefined ? null : Number(code);
  return message(channels.result, JSON.stringify({ exitCode, message: status.message ?? '' }));
}

/** The data of the one port is channel 0 both ways, its errors are channel 1; each begins with the number of the port. */
export function forwarding(): Translation {
  const begun = new Set<number>();
  return {
    toPod: (frame) => (frame[0] === channels.input ? frame : null),
    toClient: (frame) => {
      const channel = frame[0] ?? 0;
      if (!begun.has(channel)) return (begun.add(channel), null);
      if (channel === 0) return message(channels.output, frame.subarray(1));
      const text = frame.subarray(1).toString();
      return message(channels.result, JSON.stringify({ exitCode: null, message: text }));
    },
  };
}
