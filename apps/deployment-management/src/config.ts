import { baseConfig, encryptionKeys } from '@berth/service-kit';
import { z } from 'zod';
import { Resolver } from 'node:dns';
import { clusterVariables } from './runtime/kubernetes/cluster-variables.js';

/** As the resolver takes them: names would have to be resolved by somebody else. */
function areServers(servers: string[]): boolean {
  try {
    new Resolver().setServers(servers);
    return true;
  } catch {
    return false; // what it throws says no more than that it cannot read one of them
  }
}

export const config = baseConfig.extend({
  /** Wraps the data key of each secret version: 32 bytes in base64; after a change of keys the new one, a comma, the old one. */
  KEY_ENCRYPTION_KEY: encryptionKeys,
  RUNTIME: z.enum(['process', 'kubernetes', 'memory']).default('process'),
  ...clusterVariables,
  /** Unix socket of the local agent. */
  AGENT_SOCKET: z.string().default(''),
  /** Where the gateway's app router listens, to prove that a route answers. */
  ROUTER_URL: z.url().default('http://127.0.0.1:8080'),
  /** What a person's browser opens: `http://{host}:8080`. */
  APP_URL_TEMPLATE: z.string().default('http://{host}'),
  PLATFORM_DOMAIN: z.string().default('localhost'),
  /** Who is asked for the records that prove domains, `192.0.2.53,192.0.2.54:5353`; none: the resolvers of this machine. */
  DNS_SERVERS: z
    .string()
    .default('')
    .transform((text) => text.split(',').flatMap((each) => each.trim() || []))
    .refine(areServers, 'addresses with an optional port, separated by commas: 192.0.2.53,[2001:db8::1]:5353'),
  /**
   * About how long between two looks at a workload that nothing happens to, each of which also tells metering that it is
   * followed. The runtime tells what happens; this only mends what nobody could know of.
   */
  RESYNC_SECONDS: z.coerce.number().int().min(1).default(3_600),
  /** How often each cluster is asked what its instances use. */
  MEASURE_SECONDS: z.coerce.number().int().min(1).max(600).default(60),
  /** How often a workload whose sizes have bounds is looked at. */
  VERTICAL_LOOK_SECONDS: z.coerce.number().int().min(1).max(3_600).default(60),
  /** There is at most one other size in so long. */
  VERTICAL_EVERY_SECONDS: z.coerce.number().int().min(1).default(3_600),
  /** Use must be known for so long before less is enough; a size that failed is not tried again for as long. */
  VERTICAL_WINDOW_SECONDS: z.coerce.number().int().min(24).default(86_400),
  /** Releases of a workload that can be rolled back to, the newest; older ones expire, and their artifacts go. */
  RELEASES_KEPT: z.coerce.number().int().min(2).default(50),
  /** Registries whose images are named by tag may be in the own network, and without TLS on this machine. */
  PRIVATE_REGISTRIES: z
    .enum(['true', 'false'])
    .default('false')
    .transform((value) => value === 'true'),
  /** The Prometheus of a registered cluster may be in the own network, and without TLS. */
  PRIVATE_PROMETHEUS: z
    .enum(['true', 'false'])
    .default('false')
    .transform((value) => value === 'true'),
  /** Servers of zones that organizations hand over may be in the own network. Those of the platform's zones may be anywhere. */
  PRIVATE_DNS: z
    .enum(['true', 'false'])
    .default('false')
    .transform((value) => value === 'true'),
  /** How long a registry that is away is asked again what a tag means, before the deployment fails. */
  REGISTRY_PATIENCE_SECONDS: z.coerce.number().int().min(0).default(60),
  /** How long a task is kept after its end, with its last lines. */
  TASK_DAYS: z.coerce.number().positive().max(3_650).default(30),
  /** What a killed replica had in hand is left to it so long: a deployment waits for as much after a crash. */
  LEASE_SECONDS: z.coerce.number().int().min(1).default(10),
});
export type Config = z.infer<typeof config>;
