import { systemClock } from '@berth/api-client';

export interface Clock {
  /** Milliseconds that never go back. */
  now(): number;
  date(): Date;
  pause(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export const clock: Clock = { ...systemClock, date: () => new Date() };
