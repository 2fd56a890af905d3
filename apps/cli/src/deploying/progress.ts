import type { Schemas } from '@berth/api-client';
import type { Output } from '../output/output.js';
import { canaryLines } from './canary-lines.js';
import { type Phase, phaseOf, phasesOf } from './phases.js';

/** Says each phase once, in order, also those that passed between two looks. */
export class Progress {
  private readonly shown = new Set<Phase>();
  private steps = 0;

  constructor(private readonly out: Output) {}

  /** Phases reached so far; `last` holds back those behind it. */
  show(deployment: Schemas['Deployment'], build: Schemas['Build'] | undefined, last: Phase = 'verify'): void {
    const passed = phasesOf(deployment);
    const reached = Math.min(passed.indexOf(phaseOf(deployment, build)), passed.indexOf(last));
    for (const phase of passed.slice(0, reached + 1)) {
      if (phase === 'verify') this.canary(deployment);
      this.phase(phase);
    }
    this.canary(deployment);
  }

  /** What a build says. */
  line(text: string): void {
    this.out.note(`${this.out.colors.dim('  |')} ${text}`);
  }

  private canary(deployment: Schemas['Deployment']): void {
    const lines = canaryLines(deployment);
    for (const line of lines.slice(this.steps)) this.line(line);
    this.steps = Math.max(this.steps, lines.length);
  }

  private phase(phase: Phase): void {
    if (this.shown.has(phase)) return;
    this.shown.add(phase);
    this.out.note(this.out.colors.bold(`==> ${phase}`));
  }
}
