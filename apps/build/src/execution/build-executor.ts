import type { Artifact } from '@berth/contracts/events';
import type { BuildPlan } from '../detection/build-plan.js';
import type { Workspace } from './workspaces.js';

export interface BuildJob {
  readonly buildId: string;
  readonly appId: string;
  readonly plan: BuildPlan;
  /** Folder of the app inside the source; empty: its root. */
  readonly rootFolder: string;
  readonly workspace: Workspace;
  readonly variables: Readonly<Record<string, string>>;
  /** Answer of `tools` for this plan. */
  readonly tools: Readonly<Record<string, string>>;
  /** What is awaited before more output is read. */
  readonly onLines: (lines: readonly string[]) => Promise<void> | void;
  readonly signal: AbortSignal;
  /** Told again and again how many milliseconds of processor time the commands of the build took so far, all together. */
  readonly onProcessorTime: (milliseconds: number) => Promise<void>;
}

/** Where builds run: on the host (slug) or in containers (image). `test/build-executor.contract.ts` says what each must do. */
export interface BuildExecutor {
  /** Versions of what the plan needs. @throws BuildFailure toolchain_missing */
  tools(plan: BuildPlan, appId: string): Promise<Record<string, string>>;
  /**
   * Runs install and build, with nothing of the platform in reach and nothing left running afterwards.
   * @throws BuildFailure; the signal's abort as an AbortError
   */
  execute(job: BuildJob): Promise<void>;
  /** Makes the content-addressed result of what `execute` left in the workspace. @throws BuildFailure */
  publish(job: BuildJob): Promise<Artifact>;
  /** Ends and removes what a killed platform left behind. To be called before anything is executed. */
  recover(): Promise<void>;
}
