import { answerOf, ApiProblem, type StoredTokens } from '@berth/api-client';
import type { Context } from '../../context.js';
import { CliError, exitCodes } from '../../errors.js';
import { asForm } from './form.js';

const GRANT = 'urn:ietf:params:oauth:grant-type:device_code';
const CLIENT = 'berth-cli';
const SLOWER_BY_SECONDS = 5;

/** A session that a person grants on a page, here or on another machine (RFC 8628). */
export async function deviceLogin(context: Context, show: (url: string, code: string) => void): Promise<StoredTokens> {
  const { client } = context;
  const device = await answerOf(
    client.POST('/v1/oauth/device_authorization', { body: { client_id: CLIENT }, ...asForm }),
  );
  show(device.verification_uri_complete, device.user_code);
  return poll(context, device.device_code, device.interval);
}

/** Until somebody has answered, or it took too long: then the server says so. */
async function poll({ client, clock, signal }: Context, code: string, seconds: number): Promise<StoredTokens> {
  for (let interval = seconds; ;) {
    await clock.pause(interval * 1_000, signal);
    try {
      const body = { grant_type: GRANT, device_code: code, client_id: CLIENT };
      const tokens = await answerOf(client.POST('/v1/oauth/token', { body, ...asForm }));
      return { accessToken: tokens.access_token, refreshToken: tokens.refresh_token ?? null };
    } catch (error) {
      interval += delayAfter(error);
    }
  }
}

/** Seconds by which to ask less often. @throws what ends the wait */
function delayAfter(error: unknown): number {
  if (!(error instanceof ApiProblem)) throw error;
  switch (error.code) {
    case 'authorization_pending':
      return 0;
    case 'slow_down':
      return SLOWER_BY_SECONDS;
    case 'access_denied':
    case 'expired_token':
      throw new CliError(exitCodes.notAuthenticated, error.message, 'Try again: berth login');
    default:
      throw error;
  }
}
