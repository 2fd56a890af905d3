import { connect, createServer, type Server, type Socket } from 'node:net';

/** Carries each connection to one of several replicas that takes it, as the service of a cluster does. */
export class Balancer {
  private turn = 0;
  private readonly server: Server;

  constructor(private readonly ports: readonly number[]) {
    this.server = createServer((client) => this.carry(client, this.ports.length));
  }

  listen(port: number): Promise<void> {
    return new Promise((resolve, reject) => this.server.once('error', reject).listen(port, '127.0.0.1', resolve));
  }

  close(): void {
    this.server.close();
  }

  private carry(client: Socket, attempts: number): void {
    const port = this.ports[this.turn++ % this.ports.length] ?? 0;
    const replica = connect(port, '127.0.0.1');
    const refuse = () => (attempts > 1 ? this.carry(client, attempts - 1) : client.destroy());
    replica.once('error', refuse);
    replica.once('connect', () => {
      replica.off('error', refuse).on('error', () => client.destroy());
      client.on('error', () => replica.destroy());
      client.pipe(replica).pipe(client);
    });
  }
}
