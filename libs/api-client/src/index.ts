export { type AccessStore, MemoryAccessStore } from './access-memory.js';
export { answerOf, type Client, type ClientOptions, createClient } from './client.js';
export { type Clock, systemClock } from './clock.js';
export { ApiProblem, type FieldProblem, ServerUnreachable } from './errors.js';
export type { EventStreamOptions, StreamedEvent } from './event-stream.js';
export type { components, paths } from './generated/schema.js';
export { MemoryTokenStore, type StoredTokens, type TokenStore } from './token-store.js';
import type { components } from './generated/schema.js';

/** The shapes of the API by name: `Schemas['Deployment']`. */
export type Schemas = components['schemas'];
