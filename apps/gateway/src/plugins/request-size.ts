import type { RequestSizeConfig } from '../kong/plugin-schemas.js';

const units = { megabytes: 2 ** 20, kilobytes: 2 ** 10, bytes: 1 };

export const allowedBytes = (config: RequestSizeConfig): number =>
  config.allowed_payload_size * units[config.size_unit];

export interface DeclaredBody {
  readonly contentLength: number | undefined;
  readonly chunked: boolean;
  readonly expectsContinue: boolean;
}

/** Status of the refusal, decided from the headers alone; a chunked body is counted while it passes. */
export function refuseSize(config: RequestSizeConfig, body: DeclaredBody): 411 | 413 | 417 | undefined {
  if (config.require_content_length && body.chunked) return 411;
  if ((body.contentLength ?? 0) <= allowedBytes(config)) return undefined;
  return body.expectsContinue ? 417 : 413;
}
