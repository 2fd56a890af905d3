import { z } from 'zod';

const config = z.object({
  AGENT_FOLDER: z.string().min(1),
  AGENT_SOCKET: z.string().min(1),
  /** Control socket of the gateway that routes to the instances. */
  GATEWAY_CONTROL_SOCKET: z.string().min(1),
  /** The file blob store of the build service: `blobs/sha256/ab/<64 digits>`. */
  BLOB_FOLDER: z.string().min(1),
  TOOL_PATH: z.string().default(''),
  ISOLATE_USERS: z
    .enum(['true', 'false'])
    .default('false')
    .transform((value) => value === 'true'),
  /** How long former web instances are held, without requests, after the new ones took over. */
  HOLD_SECONDS: z.coerce.number().min(0).max(600).default(5),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
});
export type AgentConfig = Readonly<z.infer<typeof config>>;

/** @throws Error that names every problem. */
export function loadAgentConfig(environment: Readonly<Record<string, string | undefined>>): AgentConfig {
  const parsed = config.safeParse(environment);
  if (parsed.success) return Object.freeze(parsed.data);
  const problems = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`The configuration is not valid:\n${problems.join('\n')}`);
}
