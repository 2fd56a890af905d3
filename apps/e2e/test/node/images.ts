/** Says who answers; `/fetch?URL` tries an address from inside the pod, and says which pod that was; `/eat` takes memory until the kernel ends it. */
const server = (answer: string) => `
const http = require('node:http');
const dns = require('node:dns/promises');
const eaten = [];
function attempt(url, response) {
  const say = (what) => response.end(require('node:os').hostname() + ' ' + what);
  const request = http.get(url, { agent: false, timeout: 2000 }, (inner) => say('reached ' + inner.statusCode));
  request.on('timeout', () => request.destroy(new Error('timeout')));
  request.on('error', (error) => say(error.code ?? error.message));
}
const server = http.createServer((request, response) => {
  const { pathname, search } = new URL(request.url, 'http://here');
  if (pathname === '/fetch') return attempt(decodeURIComponent(search.slice(1)), response);
  if (pathname === '/resolve') return dns.lookup(search.slice(1)).then(
    ({ address }) => response.end(address), (error) => response.end(error.code));
  if (pathname === '/eat') return setInterval(() => eaten.push(Buffer.alloc(16 * 1048576, 1)), 10);
  if (pathname === '/who') return response.end(JSON.stringify({ uid: process.getuid(), pod: require('node:os').hostname() }));
  response.end(${JSON.stringify(answer)});
});
server.listen(process.env.PORT, () => console.log(${JSON.stringify(`${answer} listens`)}));
process.on('SIGTERM', () => server.close(() => process.exit(0)));
`;

/** What the images of the tests run, by name. */
export const programs: Readonly<Record<string, string>> = {
  one: server('one'),
  two: server('two'),
  crashes: "console.error('cannot find its database'); process.exit(9);",
  eats: 'const eaten = []; setInterval(() => eaten.push(Buffer.alloc(32 * 1048576, 1)), 5);',
  mute: 'setInterval(() => undefined, 1000);',
};
