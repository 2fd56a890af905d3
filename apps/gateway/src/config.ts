import { mayAnswerPlain } from '@berth/contracts/common';
import { network } from '@berth/contracts/runtime';
import { z } from 'zod';

const upstreams = z
  .string()
  .default('')
  .transform((text) => text.split(',').filter(Boolean))
  .transform((entries) =>
    entries.map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
  )
  .pipe(z.array(z.tuple([z.string().min(1, 'name=url, name=url ...'), z.url({ protocol: /^http$/ })])))
  .transform((pairs): Record<string, string> => Object.fromEntries(pairs));

const networks = z
  .string()
  .default('')
  .transform((text) => text.split(',').filter(Boolean))
  .pipe(z.array(network));

const config = z
  .object({
    HOST: z.string().default('127.0.0.1'),
    PORT: z.coerce.number().int().min(0).max(65_535).default(8_000),
    KONG_FILE: z.string().default('k8s/kong/kong.yml'),
    /** `user-management=http://127.0.0.1:3001,build=http://...`: replaces the URLs in the file. */
    UPSTREAMS: upstreams,
    CONTROL_SOCKET: z.string(),
    /** `10.0.0.0/8,...`: proxies whose X-Forwarded-For is believed. */
    TRUSTED_PROXIES: networks,
    PLATFORM_DOMAIN: z.string().default('localhost'),
    LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
    /** TLS ends before this gateway, which has none itself, and nobody but who ends it reaches it. */
    TLS_ENDS_BEFORE: z
      .enum(['true', 'false'])
      .default('false')
      .transform((value) => value === 'true'),
  })
  .refine(({ HOST: host, TLS_ENDS_BEFORE: endsBefore }) => mayAnswerPlain({ host, endsBefore }), {
    path: ['HOST'],
    error: 'is reached from other machines: set TLS_ENDS_BEFORE=true if TLS ends at a proxy and nobody else reaches it',
  });
export type GatewayConfiguration = Readonly<z.infer<typeof config>>;

/** Parses the environment once. @throws Error naming every problem, one a line. */
export function loadConfiguration(environment: NodeJS.ProcessEnv): GatewayConfiguration {
  const parsed = config.safeParse(environment);
  if (parsed.success) return Object.freeze(parsed.data);
  const problems = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`The configuration is not valid:\n${problems.join('\n')}`);
}
