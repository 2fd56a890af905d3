import { z } from 'zod';
import { protection } from './protection.js';

/** One instance behind a host. */
export const upstream = z.object({ id: z.string(), host: z.string(), port: z.int().min(1).max(65_535) });
export type Upstream = z.infer<typeof upstream>;

/** Whatever comes in there is led to one host, running or not, whatever host it names. */
export const door = z.object({ address: z.ipv4(), port: z.int().min(1).max(65_535), host: z.string() });
export type Door = z.infer<typeof door>;
/** A part of the requests of a host goes to instances of another release. */
export const canaryRoute = z.object({ weight: z.int().min(0).max(100), upstreams: z.array(upstream) });
export type CanaryRoute = z.infer<typeof canaryRoute>;

/** What was answered on behalf of an upstream since the gateway started. */
export const answerCount = z.object({
  upstreamId: z.string(),
  requests: z.int().nonnegative(),
  errors: z.int().nonnegative(),
});
export type AnswerCount = z.infer<typeof answerCount>;

/**
 * Bytes of answers that left for the visitors of a workload since counting began, links between apps left out. The count only
 * grows while `countingId` is the same; with another, which was never used before, it began anew at 0.
 */
export const egressCount = z.object({ workloadId: z.string(), countingId: z.string(), bytes: z.int().nonnegative() });

/** Of each workload at most one. */
export const egressCounts = z.object({ items: z.array(egressCount) });
export type EgressCounts = z.infer<typeof egressCounts>;

/**
 * The whole table of the local app router, stated at once.
 *
 * The gateway serves `PUT /routes` (answers `{version}` when the table is in effect) and `POST /drain {upstreamId,
 * timeoutMilliseconds}` (answers `{inFlight}` when no request runs on the upstream any more, or at the timeout) on its
 * control socket, `GET /answers` what was answered on behalf of each upstream, and `GET /egress` what left for visitors of each
 * workload. `POST /egress/accepted` names counts that are written down elsewhere: what has not grown since is forgotten.
 */
export const routeTable = z.strictObject({
  version: z.int().nonnegative(),
  routes: z.array(
    z.object({
      host: z.string(),
      /** Absent: the whole host, but for what routes with a path have. The longest has a request. */
      path: z.string().optional(),
      /** For whom its answers are counted. */
      workloadId: z.string().optional(),
      upstreams: z.array(upstream),
      canary: canaryRoute.optional(),
      /** Absent: whoever asks is led there. */
      protection: protection.optional(),
    }),
  ),
  /** Loopback addresses by which processes of this machine reach a host whose name their resolver may not know. */
  doors: z.array(door).optional(),
});
export type RouteTable = z.infer<typeof routeTable>;

export const drainRequest = z.strictObject({
  upstreamId: z.string(),
  timeoutMilliseconds: z.int().min(0).max(600_000),
});
export type DrainRequest = z.infer<typeof drainRequest>;
