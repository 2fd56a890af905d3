import { defineErrors } from '@berth/service-kit';

export const signInFlowErrors = defineErrors({
  SignInFlowInvalid: 422,
  RedirectUriRefused: 422,
  /** The provider, or what the browser brought back from it, did not prove anybody. */
  SignInRefused: 422,
  ProviderUnreachable: 409,
  IdentityNotLinked: 409,
  IdentityLinkedAlready: 409,
  IdentityNotFound: 404,
  IdentityHasNoAddress: 422,
  ProofInvalid: 422,
  /** Whom an organization trusts must not be able to become an administrator of the platform. */
  NotForAdministrators: 403,
});
