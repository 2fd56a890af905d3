import { z } from 'zod';

// Defaults are Kong's own (3.4), so that a file means the same to both.

const correlationId = z.strictObject({
  header_name: z.string().min(1).default('Kong-Request-ID'),
  generator: z.enum(['uuid', 'uuid#counter']).default('uuid#counter'),
  echo_downstream: z.boolean().default(false),
});
export type CorrelationIdConfig = z.infer<typeof correlationId>;

const isPattern = (text: string): boolean => {
  try {
    return text === '*' || new RegExp(text) instanceof RegExp;
  } catch {
    return false; // the constructor throws on what is no regular expression
  }
};

const cors = z.strictObject({
  origins: z.array(z.string().refine(isPattern, 'is no regular expression')).optional(),
  methods: z
    .array(z.string())
    .default(['GET', 'HEAD', 'PUT', 'PATCH', 'POST', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT']),
  headers: z.array(z.string()).optional(),
  exposed_headers: z.array(z.string()).optional(),
  max_age: z.number().optional(),
  credentials: z.boolean().default(false),
  preflight_continue: z.boolean().default(false),
});
export type CorsConfig = z.infer<typeof cors>;

const jwt = z.strictObject({
  header_names: z.array(z.string()).default(['authorization']),
  uri_param_names: z.array(z.string()).default(['jwt']),
  key_claim_name: z.string().default('iss'),
  claims_to_verify: z.array(z.enum(['exp', 'nbf'])).default([]),
  run_on_preflight: z.boolean().default(true),
});
export type JwtConfig = z.infer<typeof jwt>;

const requestSizeLimiting = z.strictObject({
  allowed_payload_size: z.int().positive().default(128),
  size_unit: z.enum(['megabytes', 'kilobytes', 'bytes']).default('megabytes'),
  require_content_length: z.boolean().default(false),
});
export type RequestSizeConfig = z.infer<typeof requestSizeLimiting>;

const limit = z.int().positive().optional();
const rateLimiting = z
  .strictObject({
    second: limit,
    minute: limit,
    hour: limit,
    day: limit,
    limit_by: z.enum(['consumer', 'credential', 'ip', 'service', 'header']).default('consumer'),
    header_name: z.string().optional(),
    policy: z.literal('local').default('local'),
    fault_tolerant: z.boolean().default(true),
    hide_client_headers: z.boolean().default(false),
  })
  .refine((config) => config.second ?? config.minute ?? config.hour ?? config.day, 'needs a limit')
  .refine((config) => config.limit_by !== 'header' || config.header_name, 'limit_by header needs header_name');
export type RateLimitingConfig = z.infer<typeof rateLimiting>;

/** HTTP is all that is spoken here: what Kong would take by another protocol alone, it would refuse by this one. */
export const spoken = z
  .array(z.enum(['http', 'https', 'grpc', 'grpcs', 'ws', 'wss', 'tcp', 'tls', 'udp', 'tls_passthrough']))
  .refine((protocols) => protocols.includes('http'), 'protocols without http are not supported');

/** Where a plugin stands besides its configuration. `service` and `route` are allowed at the top level only. */
const placed = {
  enabled: z.boolean().default(true),
  instance_name: z.string().optional(),
  protocols: spoken.optional(),
  tags: z.array(z.string()).optional(),
  service: z.string().optional(),
  route: z.string().optional(),
};

/** The plugins that the embedded gateway interprets. Any other name stops the start. */
export const plugin = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('correlation-id'), config: correlationId.prefault({}), ...placed }),
  z.strictObject({ name: z.literal('cors'), config: cors.prefault({}), ...placed }),
  z.strictObject({ name: z.literal('jwt'), config: jwt.prefault({}), ...placed }),
  z.strictObject({ name: z.literal('request-size-limiting'), config: requestSizeLimiting.prefault({}), ...placed }),
  z.strictObject({ name: z.literal('rate-limiting'), config: rateLimiting, ...placed }),
]);
export type Plugin = z.infer<typeof plugin>;

export const pluginNames = plugin.options.map((option) => option.shape.name.value);
