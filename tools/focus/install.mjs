import { join } from 'node:path';
import { installPythonProgram } from '../python-program.mjs';

/** The validator of those who write the specification. Answers the program. */
export const installFocusValidator = () =>
  installPythonProgram('focus-validator', join(import.meta.dirname, 'requirements.txt'));
