import type { Context } from '../../context.js';
import { ofWorkload } from '../options.js';

export const options = ofWorkload;

export async function run({ out, selection }: Context): Promise<void> {
  const { processSettings } = await selection.workload();
  const patches = Object.entries(processSettings).flatMap(([process, { patch }]) =>
    patch ? [{ process, patch }] : [],
  );
  await out.result(patches, () =>
    patches.map(({ process, patch }) => `${process} ${JSON.stringify(patch, null, 2)}`).join('\n'),
  );
  if (patches.length === 0 && !out.json) out.note('No process type has a patch.');
}
