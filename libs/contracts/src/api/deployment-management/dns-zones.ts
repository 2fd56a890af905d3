import { z } from 'zod';
import { pageOf, pageQuery } from '../../common/page.js';
import { id, instant } from '../../common/values.js';
import { condition } from './workloads.js';

const MOST_SERVERS = 8;
const ip = z.union([z.ipv4(), z.ipv6()]);
const dnsName = z
  .string()
  .max(240)
  .regex(/^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/, {
    error: 'must be a DNS name in lower case and punycode, such as example.com, without a dot at its end',
  });

/** `192.0.2.53`, `192.0.2.53:5353`, `2001:db8::1` or `[2001:db8::1]:5353`. */
const server = z
  .string()
  .max(60)
  .refine((text) => isServer(text), 'must be an IP address, with a port where it is not 53: [2001:db8::1]:5353');

function isServer(text: string): boolean {
  const [, bracketed, plain, port] = /^(?:\[(.*)\]|([^:]*))(?::(\d{1,5}))?$/.exec(text) ?? [];
  if (bracketed === undefined && plain === undefined) return ip.safeParse(text).success;
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) return false;
  return bracketed === undefined ? z.ipv4().safeParse(plain).success : z.ipv6().safeParse(bracketed).success;
}

const servers = z.array(server).min(1).max(MOST_SERVERS);
const ttlSeconds = z.int().min(1).max(86_400);

/** Of transaction signatures (TSIG, RFC 8945). The secret is sealed where it is kept, and never answered. */
const dnsKey = z.strictObject({
  name: z
    .string()
    .max(240)
    .regex(/^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$/, {
      error: 'must be the name of the key in lower case, without a dot at its end',
    }),
  algorithm: z.enum(['hmac-sha256', 'hmac-sha384', 'hmac-sha512']).default('hmac-sha256'),
  /** In base64. */
  secret: z.base64({ error: 'must be base64' }).min(16).max(1_000),
});

/** A zone that is handed over: records of hosts in it are made, mended and taken away by dynamic updates (RFC 2136). */
export const createDnsZone = z
  .strictObject({
    /** Null: the platform's own, for all hosts in it. */
    organizationId: id.nullable(),
    name: dnsName,
    /** Who has the zone: the first one takes updates, and all of them are asked whether a record is live. */
    servers,
    key: dnsKey,
    ttlSeconds: ttlSeconds.default(60),
  })
  .meta({ id: 'CreateDnsZone' });
export type CreateDnsZone = z.infer<typeof createDnsZone>;

/** What is not named stays. */
export const updateDnsZone = z
  .strictObject({ servers: servers.optional(), key: dnsKey.optional(), ttlSeconds: ttlSeconds.optional() })
  .meta({ id: 'UpdateDnsZone' });
export type UpdateDnsZone = z.infer<typeof updateDnsZone>;

export const dnsZone = z
  .object({
    id,
    organizationId: id.nullable(),
    name: z.string(),
    servers: z.array(z.string()),
    key: z.object({ name: z.string(), algorithm: z.string() }),
    ttlSeconds: z.int().positive(),
    /** `Ready`: whether its servers take what we write, and if not, what to do. */
    conditions: z.array(condition),
    createdBy: z.string(),
    createdAt: instant,
    /** Its records are being taken away since then. */
    deletedAt: instant.nullable(),
  })
  .meta({ id: 'DnsZone' });
export type DnsZone = z.infer<typeof dnsZone>;

/** Of an organization; without one: those of the platform. */
export const dnsZoneQuery = pageQuery.extend({ organization: id.optional() });
export type DnsZoneQuery = z.infer<typeof dnsZoneQuery>;
export const dnsZonePage = pageOf(dnsZone).meta({ id: 'DnsZonePage' });

/** `force`: its records stay where they are, because nobody can take them away any more. */
export const dnsZoneRemoval = z.object({ force: z.stringbool().default(false) });
export type DnsZoneRemoval = z.infer<typeof dnsZoneRemoval>;

/** `foreign`: somebody else's; `apex`: no alias can be there; `server`: it is forbidden; `no_address`: of the cluster. */
export const dnsRecordCause = z.enum(['foreign', 'apex', 'server', 'no_address']);
export type DnsRecordCause = z.infer<typeof dnsRecordCause>;

export const dnsRecord = z
  .object({
    host: z.string(),
    /** Where it is to lead. */
    values: z.array(z.object({ type: z.enum(['A', 'AAAA', 'CNAME']), data: z.string() })),
    /** `live`: all servers of the zone answered just that; `leaving`: it is being taken away. */
    state: z.enum(['pending', 'live', 'refused', 'leaving']),
    cause: dnsRecordCause.nullable(),
    /** What is missing, and what to do. */
    message: z.string().nullable(),
    /** When it was last seen live. */
    liveAt: instant.nullable(),
  })
  .meta({ id: 'DnsRecord' });
export type DnsRecord = z.infer<typeof dnsRecord>;
export const dnsRecordPage = pageOf(dnsRecord).meta({ id: 'DnsRecordPage' });

/** Where the world reaches the gateway of a cluster: its IP addresses, or one name that leads to it. None: not known. */
export const clusterAddress = z
  .strictObject({
    address: z
      .array(z.union([ip, dnsName], { error: 'must be an IP address or a DNS name' }))
      .max(8)
      .refine((all) => all.length < 2 || all.every((each) => ip.safeParse(each).success), {
        error: 'must be IP addresses, or one name alone',
      }),
  })
  .meta({ id: 'ClusterAddress' });
export type ClusterAddress = z.infer<typeof clusterAddress>;
