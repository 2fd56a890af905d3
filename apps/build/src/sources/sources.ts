import type { BuildSource } from '@berth/contracts/events';
import type { FetchedSource } from './source.js';

export interface SourceRequest {
  readonly organizationId: string;
  readonly source: BuildSource;
  /** Empty folder that receives the files. */
  readonly into: string;
  readonly signal: AbortSignal;
}

/** Lays a source down, wherever it comes from. @throws BuildFailure */
export type FetchSource = (request: SourceRequest) => Promise<FetchedSource>;
