import { z } from 'zod';
import { execRequest } from '../../runtime/channel.js';

const instance = z.string().min(1).max(200);
const flag = z.stringbool().default(false);

/** `?command=ls&command=-l&input=true&terminal=true`; without an instance: one of `web` that is ready, else any. */
export const execQuery = z.object({
  instance: instance.optional(),
  command: z.preprocess((given) => (typeof given === 'string' ? [given] : given), execRequest.shape.command),
  input: flag,
  terminal: flag,
});
export type ExecQuery = z.infer<typeof execQuery>;

/** Without a port: the one that the instance was given. */
export const forwardQuery = z.object({
  instance: instance.optional(),
  port: z.coerce.number().int().min(1).max(65_535).optional(),
});
export type ForwardQuery = z.infer<typeof forwardQuery>;
