/** A Kafka node of a test. */
export interface KafkaNode {
  /** `host:port`. */
  readonly brokers: string;
  /** `host:port` of the listener with TLS, when it was asked for. */
  readonly tlsBrokers: string;
  readonly folder: string;
  pid(): number;
  /** Brings a killed node back, with its data, on the same port. */
  start(): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
  /** Ends it like a crash. */
  kill(): Promise<void>;
}

export class KafkaToolError extends Error {}

export interface KafkaTls {
  /** PEM files of the node's certificate and key, and of the authority whose clients it accepts. */
  readonly certFile: string;
  readonly keyFile: string;
  readonly authorityFile: string;
  /** Whether clients must show a certificate. Default: none. */
  readonly clients?: 'none' | 'required';
}

export interface KafkaNodeOptions {
  readonly detached?: boolean;
  /** False: it is down until `start` is called, and its address is known already. */
  readonly started?: boolean;
  readonly tls?: KafkaTls;
}

export function startKafka(options?: KafkaNodeOptions): Promise<KafkaNode>;
