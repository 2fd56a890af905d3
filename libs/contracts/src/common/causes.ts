import { z } from 'zod';

/** Why a deployment or a build ended without success: the closed set of domain.md. */
export const cause = z.enum([
  'source_not_found',
  'source_denied',
  'source_too_large',
  'detect_failed',
  'toolchain_missing',
  'build_failed',
  'build_out_of_memory',
  'storage_full',
  'image_not_found',
  'image_denied',
  'image_invalid',
  'image_needs_root',
  'registry_unavailable',
  'policy_denied',
  'quota_exceeded',
  'unschedulable',
  'config_invalid',
  'start_failed',
  'crash_loop',
  'out_of_memory',
  'port_not_bound',
  'health_check_failed',
  'release_command_failed',
  'task_failed',
  'route_failed',
  'canary_failed',
  'runtime_unavailable',
  'timeout',
  'cancelled',
  'superseded',
  'internal',
]);
export type Cause = z.infer<typeof cause>;

/** What a failed deployment or build tells its owner. */
export const failure = z.object({
  cause,
  /** One sentence. */
  message: z.string().max(1_000),
  /** Log tail, event or exit code that shows it; at most 50 lines. */
  evidence: z.array(z.string().max(2_000)).max(50),
  /** The next step to try, one sentence. */
  nextStep: z.string().max(1_000),
});
export type Failure = z.infer<typeof failure>;
