import { parse } from 'smol-toml';
import { z } from 'zod';
import { detectFailed } from './detect-failed.js';
import { requirementOf } from './poetry-requirement.js';

const table = z.record(z.string(), z.unknown());

/** What matters here of pyproject.toml; see PEP 518, PEP 621 and the documentation of Poetry. */
const pyproject = z.looseObject({
  'build-system': table.optional(),
  project: z
    .looseObject({
      name: z.string().optional(),
      'requires-python': z.string().optional(),
      dependencies: z.array(z.string()).optional(),
      dynamic: z.array(z.string()).optional(),
    })
    .optional(),
  tool: z
    .looseObject({
      poetry: z
        .looseObject({
          name: z.string().optional(),
          'package-mode': z.boolean().optional(),
          packages: z.array(z.unknown()).optional(),
          dependencies: table.optional(),
        })
        .optional(),
    })
    .optional(),
});
type Pyproject = z.infer<typeof pyproject>;

export interface PythonProject {
  /** PEP 508 requirements of the app itself, without extras and groups. */
  readonly requirements: readonly string[];
  readonly wantedPython: string | null;
  /** Whether `pip install .` is meant to work; otherwise the file only lists what the app needs. */
  readonly isPackage: boolean;
}

/** `folders` are those at the top of the app. @throws BuildFailure detect_failed */
export function readPyproject(text: string, folders: readonly string[]): PythonProject {
  const document = parsed(text);
  const { project, tool } = document;
  const poetry = Object.entries(tool?.poetry?.dependencies ?? {});
  const fromPoetry = poetry.filter(([name]) => name !== 'python').flatMap(([name, wish]) => requirementOf(name, wish));
  const python = poetry.find(([name]) => name === 'python')?.[1];
  return {
    requirements: project?.dependencies ?? fromPoetry,
    wantedPython: project?.['requires-python'] ?? (typeof python === 'string' ? python : null),
    isPackage: isPackage(document, folders),
  };
}

/** Exact versions of a lock file of uv or Poetry, as pip's constraints. A name that is locked twice is left open. */
export function constraintsOf(lock: string): string[] {
  const { package: all } = z
    .looseObject({ package: z.array(z.looseObject({ name: z.string(), version: z.string().optional() })).optional() })
    .catch({})
    .parse(parsedOrNothing(lock));
  const versions = new Map<string, Set<string>>();
  for (const { name, version } of all ?? [])
    if (version !== undefined) versions.set(name, (versions.get(name) ?? new Set<string>()).add(version));
  return [...versions].flatMap(([name, found]) => (found.size === 1 ? [`${name}==${[...found][0]}`] : [])).sort();
}

function isPackage({ 'build-system': buildSystem, project, tool }: Pyproject, folders: readonly string[]): boolean {
  if (project?.dynamic?.includes('dependencies')) return true;
  const { poetry } = tool ?? {};
  if (poetry?.['package-mode'] === false) return false;
  if (!poetry) return buildSystem !== undefined || folders.includes('src');
  // Poetry makes a package of the folder that is called like the project, and refuses where there is none.
  const name = (poetry.name ?? project?.name ?? '').toLowerCase().replaceAll(/[-.]+/g, '_');
  return poetry.packages !== undefined || folders.includes(name) || folders.includes('src');
}

function parsed(text: string): Pyproject {
  try {
    return pyproject.parse(parse(text));
  } catch (error) {
    throw detectFailed('pyproject.toml is not valid.', 'Correct pyproject.toml, or leave it out.', [
      (error as Error).message.slice(0, 500),
    ]);
  }
}

/** A lock file that cannot be read locks nothing. */
function parsedOrNothing(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return {};
  }
}
