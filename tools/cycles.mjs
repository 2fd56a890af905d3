// Import cycles between source files: an ES module that is reached again before it is evaluated is undefined at start.
import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

// Type-only imports vanish at run time and may go round.
const IMPORT = /^(?:import|export)\s+(?!type\b)[^'"]*?from\s+'(\.[^']+)'/gm;

/** Cycles among `files` (paths below `root`), each as the list of files that it goes through. */
export function cyclesIn(root, files) {
  const known = new Set(files);
  const imports = new Map(files.map((file) => [file, importsOf(root, file).filter((target) => known.has(target))]));
  const done = new Set();
  const cycles = [];
  for (const file of files) visit(file, [], { imports, done, cycles });
  return cycles;
}

function importsOf(root, file) {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(IMPORT)].map((match) => normalize(join(dirname(file), match[1])).replace(/\.js$/, '.ts'));
}

function visit(file, path, state) {
  const at = path.indexOf(file);
  if (at >= 0) return void state.cycles.push([...path.slice(at), file]);
  if (state.done.has(file)) return;
  for (const target of state.imports.get(file) ?? []) visit(target, [...path, file], state);
  state.done.add(file);
}
