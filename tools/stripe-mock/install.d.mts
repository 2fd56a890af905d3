export function installStripeMock(): string;
