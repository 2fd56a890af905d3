export function installSchemathesis(): string;
