/** A refusal that the HTTP edge turns into a problem document (RFC 9457). */
export class AgentError extends Error {
  constructor(
    readonly code: string,
    readonly status: number,
    detail: string,
    /** JSON pointers into the body, or `?name` for a query parameter. */
    readonly errors: readonly { pointer: string; message: string }[] = [],
  ) {
    super(detail);
  }
}

type Issues = readonly { pointer: string; message: string }[];

/** The closed set. */
export const agentErrors = {
  workloadNotFound: (id: string) => new AgentError('workload_not_found', 404, `The agent runs no workload ${id}.`),
  taskNotFound: (id: string) => new AgentError('task_not_found', 404, `The agent was told of no task ${id}.`),
  instanceNotFound: (id: string) => new AgentError('instance_not_found', 404, `Nothing runs of an instance ${id}.`),
  noTerminal: () =>
    new AgentError('not_supported', 501, 'This machine has no program "script", which makes terminals.'),
  portNotListening: (port: number) =>
    new AgentError('port_not_listening', 409, `The instance does not listen on port ${port}.`),
  routeNotFound: (path: string) => new AgentError('route_not_found', 404, `Nothing answers at ${path}.`),
  methodNotAllowed: (method: string) => new AgentError('method_not_allowed', 405, `${method} is not possible here.`),
  staleGeneration: (given: number, held: number) =>
    new AgentError('stale_generation', 409, `Generation ${given} is older than ${held}, which is being worked on.`),
  bodyTooLarge: (limit: number) => new AgentError('body_too_large', 413, `The body is larger than ${limit} bytes.`),
  bodyInvalid: (errors: Issues) => new AgentError('body_invalid', 400, 'The body is not valid.', errors),
  queryInvalid: (errors: Issues) => new AgentError('query_invalid', 400, 'The query is not valid.', errors),
  closing: () => new AgentError('closing', 503, 'The agent is stopping.'),
};
