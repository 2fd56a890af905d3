import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { workspace } from './berth-process.js';

const ofExample = (name: string): string => readFileSync(join(workspace, 'examples/express', name), 'utf8');

/** What `webApp` is, as an Express app with the example's dependencies, pinned by its lock file. */
export const expressApp = (answer: string, behaviour = ''): Record<string, string> => ({
  'package.json': ofExample('package.json'),
  'package-lock.json': ofExample('package-lock.json'),
  Procfile: 'web: node server.js\nworker: node worker.js\n',
  'worker.js': "setInterval(() => console.log('working'), 500);\n",
  'server.js': `const express = require('express');
${behaviour}
const app = express();
app.get('/env', (request, response) => response.json(process.env));
app.use((request, response) => response.set('x-instance', process.env.BERTH_INSTANCE ?? '').send(${JSON.stringify(answer)}));
const server = app.listen(Number(process.env.PORT), process.env.HOST);
process.on('SIGTERM', () => server.close(() => process.exit(0)));
`,
});
