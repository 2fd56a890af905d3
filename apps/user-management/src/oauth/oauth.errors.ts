import { defineErrors } from '@berth/service-kit';

/** Their codes are those of RFC 6749 (section 5.2), RFC 7009 (section 2.2.1) and RFC 8628 (section 3.5). */
export const oauthErrors = defineErrors({
  InvalidRequest: 400,
  InvalidClient: 401,
  InvalidGrant: 400,
  InvalidScope: 400,
  UnsupportedGrantType: 400,
  UnsupportedTokenType: 400,
  AuthorizationPending: 400,
  SlowDown: 400,
  AccessDenied: 400,
  ExpiredToken: 400,
});
