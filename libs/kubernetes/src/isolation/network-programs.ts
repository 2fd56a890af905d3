/** Where the neighbour listens, once it also answers datagrams as a resolver would. */
export const NEIGHBOUR_PORT = 8080;

/** Any program of Node.js since 18 can run these: they need nothing but what comes with it. */
export const neighbourProgram = `
const { createSocket } = require('node:dgram');
const { createServer } = require('node:net');
const resolver = createSocket(process.env.OWN_ADDRESS.includes(':') ? 'udp6' : 'udp4');
resolver.on('message', (message, { port, address }) => resolver.send(message, port, address));
const server = createServer((socket) => socket.on('error', () => undefined).end('here'));
resolver.bind(53, () => server.listen(${NEIGHBOUR_PORT}));
process.on('SIGTERM', () => process.exit(0));
`;

/**
 * A wall may take a moment to stand after a pod has started, and a name server to be let through: rounds are made until
 * nothing was reached three times in a row, fifteen at most; what the last three reached is said. A pod is told by nobody
 * that its walls stand: it has to look, and the pause between rounds only spaces what it measures.
 */
export const visitorProgram = `
const { createSocket } = require('node:dgram');
const { connect } = require('node:net');
const { lookup } = require('node:dns/promises');
const { writeFileSync } = require('node:fs');
const MOMENT = 1500;
const neighbour = process.env.NEIGHBOUR;
const within = (attempt) => new Promise((resolve) => {
  const timer = setTimeout(() => resolve(false), MOMENT);
  attempt((answer) => { clearTimeout(timer); resolve(answer); });
});
const connects = (host, port) => within((answer) => {
  const socket = connect({ host, port });
  socket.setTimeout(MOMENT, () => socket.destroy());
  socket.once('connect', () => { answer(true); socket.destroy(); });
  socket.once('error', () => answer(false));
});
const resolves = (host) => within((answer) => {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  socket.once('message', () => { answer(true); socket.close(); });
  socket.once('error', () => answer(false));
  socket.send('whose', 53, host, (error) => error && answer(false));
  socket.unref();
});
const named = () => within((answer) => lookup('kubernetes.default.svc').then(() => answer(true), () => answer(false)));
(async () => {
  const rounds = [];
  let names = false;
  const quiet = () => rounds.length >= 3 && rounds.slice(-3).every((each) => each.length === 0);
  while (rounds.length < 15 && !(quiet() && names)) {
    const tries = {
      neighbour: connects(neighbour, ${NEIGHBOUR_PORT}), metadata: connects('169.254.169.254', 80), resolver: resolves(neighbour),
    };
    names = (await named()) || names;
    const reached = [];
    for (const [what, attempt] of Object.entries(tries)) if (await attempt) reached.push(what);
    rounds.push(reached);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  const reached = [...new Set(rounds.slice(-3).flat())];
  writeFileSync('/dev/termination-log', JSON.stringify({ names, reached }));
  process.exit(0);
})();
`;
