/** Why the platform cannot start: one clear sentence for the person at the terminal. */
export class StartFailure extends Error {}
