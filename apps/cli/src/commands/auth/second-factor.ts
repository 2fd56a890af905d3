import { ApiProblem } from '@berth/api-client';
import type { Context } from '../../context.js';
import { isInteractive } from '../../io.js';
import { askHidden } from './credentials.js';

/** Sends without a code where none was given, and on a terminal asks for one when the server does. */
export async function withSecondFactor<Answer>(
  { io }: Context,
  given: string | undefined,
  send: (code: { code: string } | object) => Promise<Answer>,
): Promise<Answer> {
  try {
    return await send(given === undefined ? {} : { code: given });
  } catch (error) {
    const isAsked = error instanceof ApiProblem && error.code === 'second_factor_required';
    if (!isAsked || !isInteractive(io)) throw error;
    return send({ code: await askHidden(io, 'Code of your authenticator') });
  }
}
