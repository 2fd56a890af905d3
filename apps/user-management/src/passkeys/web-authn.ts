/** Loaded when it is first needed: three hundred modules would delay each start, and few of them meet a passkey. */
export const webAuthn = () => import('@simplewebauthn/server');
