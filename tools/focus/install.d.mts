export function installFocusValidator(): string;
