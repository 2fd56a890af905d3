/** Path of the program. The first call builds it from its Go module, which takes minutes. */
export function installTraefik(options?: { say?: (line: string) => void }): Promise<string>;
