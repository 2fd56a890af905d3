/** How an instance's memory and CPU are kept within what it may use. */
export type Enforcement =
  /** By the kernel: `memory.max` and `cpu.max` of a cgroup per instance. */
  | { readonly kind: 'cgroup'; readonly folder: string }
  /** Memory is looked at in /proc and an instance that uses too much is ended; CPU is measured only. */
  | { readonly kind: 'watch'; readonly reason: string };

/** One line for people. */
export const describeEnforcement = (enforcement: Enforcement): string =>
  enforcement.kind === 'cgroup'
    ? 'memory and CPU by the kernel (cgroup v2)'
    : `memory watched, CPU measured but not limited (${enforcement.reason})`;
