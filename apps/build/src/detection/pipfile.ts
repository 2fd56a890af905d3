import { parse } from 'smol-toml';
import { z } from 'zod';
import { detectFailed } from './detect-failed.js';
import { requirementOf } from './poetry-requirement.js';
import type { PythonProject } from './pyproject.js';

const table = z.record(z.string(), z.unknown());
const pipfile = z.looseObject({
  packages: table.default({}),
  requires: z
    .looseObject({ python_version: z.string().optional(), python_full_version: z.string().optional() })
    .optional()
    .catch(undefined),
});
const lockfile = z.looseObject({ default: table });

/**
 * What Pipenv would install outside of development: exactly what Pipfile.lock names, else what Pipfile asks for. See
 * https://pipenv.pypa.io/en/latest/pipfile.html.
 * @throws BuildFailure detect_failed
 */
export function readPipfile(text: string, lock: string | null): PythonProject {
  const { packages, requires } = read('Pipfile', () => pipfile.parse(parse(text)));
  const locked = lock === null ? null : read('Pipfile.lock', () => lockfile.parse(JSON.parse(lock)).default);
  return {
    requirements: Object.entries(locked ?? packages).flatMap(([name, wish]) => requirementOf(name, inOtherWords(wish))),
    wantedPython: requires?.python_full_version ?? requires?.python_version ?? null,
    isPackage: false,
  };
}

/** Pipenv calls a commit `ref`, and names a file where others have a path. */
function inOtherWords(wish: unknown): unknown {
  if (typeof wish !== 'object' || wish === null || !('ref' in wish || 'file' in wish)) return wish;
  const { ref, file, ...others } = wish as Record<string, unknown>;
  return { ...others, ...(ref === undefined ? {} : { rev: ref }), ...(file === undefined ? {} : { url: file }) };
}

function read<T>(file: string, reading: () => T): T {
  try {
    return reading();
  } catch (error) {
    const hint = 'Correct it; "pipenv lock" shows whether Pipenv can read it.';
    throw detectFailed(`${file} is not valid.`, hint, [(error as Error).message.slice(0, 500)]);
  }
}
