/** A Kafka node of a test. */
export interface KafkaNode {
  /** `host:port`. */
  readonly brokers: string;
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

export function startKafka(options?: { detached?: boolean }): Promise<KafkaNode>;
