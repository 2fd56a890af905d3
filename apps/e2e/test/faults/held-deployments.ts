import { eventually } from '@berth/testing';
import { expect } from '@jest/globals';
import type { Api } from '../support/api.js';
import { ask } from '../support/app-http.js';
import type { Platform } from '../support/platform.js';
import type { Held, Phase } from './phases.js';
import { Stage } from './stage.js';

const path = ['queued', 'building', 'preparing', 'rolling', 'verifying', 'live'];

/** Deployments that stand at the same time, each of a workload of its own, each in another phase. */
export class HeldDeployments {
  private held: readonly Held[] = [];

  private constructor(private readonly stages: ReadonlyMap<Phase, Stage>) {}

  /** Brings them there, in this order. Answers when all are there. */
  static async in(phases: readonly Phase[], stages: readonly Stage[]): Promise<HeldDeployments> {
    const taken = new Map<Phase, Stage>();
    for (const [index, phase] of phases.entries()) taken.set(phase, stages[index] as Stage);
    const entrances: (() => Promise<Held>)[] = [];
    for (const [phase, stage] of taken) entrances.push(await phase.arm(stage));
    const made = new HeldDeployments(taken);
    const held: Held[] = [];
    for (const enter of entrances) held.push(await enter());
    made.held = held;
    return made;
  }

  /** The fault has happened: what we hold in databases and repositories is let go. */
  async struck(): Promise<void> {
    for (const each of this.held) await each.struck?.();
  }

  /** Every workload answers with what was live, or already with what was deployed. */
  async expectServed(): Promise<void> {
    for (const { workload, former, next } of this.stages.values()) {
      const body = async () => (await ask(workload.url)).body;
      await eventually(async () => expect([former, next]).toContain(await body()), { within: 60_000 });
    }
  }

  /** What they wait for is there. */
  async back(): Promise<void> {
    for (const each of this.held) await each.back?.();
  }

  /** It is live, was accepted once and passed each phase once, and nothing else was deployed. */
  async expectLive(phase: Phase): Promise<void> {
    const stage = this.stages.get(phase) as Stage;
    const { id, number } = await eventually(() => stage.deploy(), { within: 60_000 });
    expect(await stage.api.ended(id, 120_000)).toMatchObject({ status: 'live', failure: null });
    const { timeline } = await stage.api.deployment(id);
    expect(timeline.map(({ to }) => to)).toEqual(path);
    const statuses = (await stage.deployments()).map(({ status }) => status);
    expect(statuses).toEqual(['live', ...Array.from({ length: number - 1 }, () => 'retired')]);
    expect((await ask(stage.workload.url)).body).toBe(stage.next);
    stage.nextRound();
  }
}

/** Workloads to hold deployments of. */
export const setStages = (platform: Platform, api: Api, count: number): Promise<Stage[]> =>
  Promise.all(Array.from({ length: count }, () => Stage.set(platform, api)));
