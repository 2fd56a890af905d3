import { setSourceMapsSupport } from 'node:module';

// Traces lead into our own sources. Not by node's --enable-source-maps: with it pino looks up in the maps where it is called
// from, and reading them took a tenth of a start.
setSourceMapsSupport(true);
const { run } = await import('./program.js');
await run(process.argv.slice(2), process.env);
