let round = 0;

setInterval(() => console.log(`round ${++round}`), 5_000);
process.on('SIGTERM', () => process.exit(0));
