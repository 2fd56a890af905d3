/** Custom resource definitions as YAML, by the plural of their kind. */
export function traefikDefinitions(): Promise<Record<string, string>>;
