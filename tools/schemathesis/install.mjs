import { join } from 'node:path';
import { installPythonProgram } from '../python-program.mjs';

/** Answers the program. */
export const installSchemathesis = () =>
  installPythonProgram('schemathesis', join(import.meta.dirname, 'requirements.txt'));
