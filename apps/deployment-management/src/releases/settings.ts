import type { ProcessSettings } from '@berth/contracts/deployment';

const separator = '/';

/** `{ web: { memoryMib: 64 } }` as `{ 'web/memoryMib': 64 }`: a change of one setting leaves the others alone. */
export const flattened = (settings: ProcessSettings): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(settings).flatMap(([type, own]) =>
      Object.entries(own).map(([field, value]) => [`${type}${separator}${field}`, value]),
    ),
  );

export function unflattened(flat: Readonly<Record<string, unknown>>): Record<string, Record<string, unknown>> {
  const settings: Record<string, Record<string, unknown>> = {};
  for (const [path, value] of Object.entries(flat)) {
    const [type = '', field = ''] = path.split(separator);
    settings[type] = { ...settings[type], [field]: value };
  }
  return settings;
}
