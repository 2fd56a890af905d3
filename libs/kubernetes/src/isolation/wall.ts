import type { IsolationWall } from '@berth/contracts/deployment';

type Name = IsolationWall['name'];

/** Something was tried, and the wall stopped it. */
export const holds = (name: Name, message: string): IsolationWall => ({
  ...{ name, outcome: 'passed', message, nextStep: null },
});

/** Something was tried, and nothing stopped it. */
export const broken = (name: Name, message: string, nextStep: string): IsolationWall => ({
  ...{ name, outcome: 'failed', message, nextStep },
});

/** Nothing could be tried, or what stopped it may have been something else. */
export const unproven = (name: Name, message: string, nextStep: string): IsolationWall => ({
  ...{ name, outcome: 'not-proven', message, nextStep },
});
