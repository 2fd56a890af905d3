/** A statement answers something else than when its connection prepared it: a migration came between. */
export class StatementChanged extends Error {}

/**
 * SQLSTATE classes and codes that say the world is not ready, nothing about the event: connection (08), authorization
 * while failing over (28), resources (53), operator intervention (57P), system (58), serialization and deadlock.
 */
const passingStates = /^(08...|28...|53...|57P..|58...|40001|40P01|55P03|25006)$/;
const passingSystemErrors = /^(ECONN\w+|ETIMEDOUT|EPIPE|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN|ENOTFOUND|EMFILE|ENOSPC)$/;
/** `pg` and TypeORM have no code for a connection that ended; these are their words. */
const lostConnection =
  /connection terminated|connection error and is not queryable|client was closed|timeout exceeded when trying to connect|cannot use a pool after calling end|driver not connected/i;

interface MaybeCoded {
  readonly code?: unknown;
  readonly syscall?: unknown;
  readonly message?: unknown;
  readonly cause?: unknown;
  readonly driverError?: unknown;
  readonly errors?: unknown;
}

/** True when an error is about the infrastructure, so that trying again later, for ever, is right. */
export function isInfrastructureError(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  if (error instanceof StatementChanged) return true;
  const { code, syscall, message, cause, driverError, errors } = error as MaybeCoded;
  // A server that ends takes its Unix socket with it, until it is there again.
  if (code === 'ENOENT' && syscall === 'connect') return true;
  if (typeof code === 'string' && (passingStates.test(code) || passingSystemErrors.test(code))) return true;
  if (typeof message === 'string' && lostConnection.test(message)) return true;
  return [cause, driverError, ...(Array.isArray(errors) ? errors : [])].some(isInfrastructureError);
}
