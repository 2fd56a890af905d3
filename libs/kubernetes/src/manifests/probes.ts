import type { DesiredProcess } from '@berth/contracts/runtime';

const STARTUP_PERIOD = 2;
/** What does not start in time serves nobody yet, so its end needs no order. */
const STARTUP_GRACE = 1;
/** A container is restarted only after it has been out of the route for a while: restarting is the last resort. */
const RESTART_FACTOR = 3;

/** Startup, readiness and liveness of a process that listens. */
export function probesOf({ health }: DesiredProcess, port: string, startDeadlineSeconds: number): object {
  const check =
    health.path === null ? { tcpSocket: { port } } : { httpGet: { path: health.path, port, scheme: 'HTTP' } };
  const timeoutSeconds = health.timeoutSeconds;
  const periodSeconds = health.intervalSeconds;
  const attempts = Math.max(1, Math.ceil(startDeadlineSeconds / STARTUP_PERIOD));
  return {
    startupProbe: {
      ...{ ...check, timeoutSeconds, periodSeconds: STARTUP_PERIOD, failureThreshold: attempts },
      terminationGracePeriodSeconds: STARTUP_GRACE,
    },
    readinessProbe: { ...check, timeoutSeconds, periodSeconds, failureThreshold: health.failureThreshold },
    livenessProbe: {
      ...{ ...check, timeoutSeconds, periodSeconds },
      failureThreshold: health.failureThreshold * RESTART_FACTOR,
    },
  };
}
