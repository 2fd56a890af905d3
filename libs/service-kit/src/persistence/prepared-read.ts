import { type Connection, Query, types } from 'pg';
import { instant } from './instant.js';

type Parse = (text: string) => unknown;
type Field = { readonly name: string; readonly dataTypeID: number };

/** What Postgres answers to a statement, as it said when it prepared it. */
interface Columns {
  readonly names: readonly string[];
  readonly parsers: readonly Parse[];
}

interface Statement {
  readonly name: string;
  readonly columns: Columns;
}

/** The driver's own class, of which a connection that pipelines asks that queries are; its types tell a part of it only. */
const DriverQuery = Query as unknown as new (
  text: string,
  values: readonly string[],
) => {
  readonly text: string;
  readonly values: readonly string[];
  callback(error: Error | null): void;
  handleError(error: Error): void;
};

/** Messages of the extended query protocol, as the driver writes them. */
interface Wire {
  readonly stream: { cork(): void; uncork(): void };
  parse(message: { text: string; name: string }): void;
  bind(message: { statement: string; values: readonly string[] }): void;
  describe(message: { type: 'P' }): void;
  execute(message: object): void;
  sync(): void;
}

const TIMESTAMPTZ: number = types.builtins.TIMESTAMPTZ;
const statementsOf = new WeakMap<Connection, Map<string, Statement>>();

/**
 * Reads the first row of a statement that each connection prepares once: Postgres plans it once and does not say each time
 * of which columns its answer is. For the pool only: a connection on which it fails must not be used again.
 */
export class PreparedRead<Row extends object> extends DriverQuery {
  /** Once the driver has called back without an error: what was found. */
  row: Row | undefined;
  private columns: Columns | undefined;
  private failure: Error | undefined;
  private isPreparing = false;

  /** Called by the driver when the connection is its. */
  submit(connection: Connection & Wire): void {
    const known = statementsOf.get(connection) ?? new Map<string, Statement>();
    statementsOf.set(connection, known);
    this.columns = known.get(this.text)?.columns;
    this.isPreparing = this.columns === undefined;
    this.send(connection, known.get(this.text)?.name ?? nameOf(known.size));
  }

  private send(wire: Wire, name: string): void {
    wire.stream.cork();
    if (this.isPreparing) wire.parse({ text: this.text, name });
    wire.bind({ statement: name, values: this.values });
    if (this.isPreparing) wire.describe({ type: 'P' });
    wire.execute({});
    wire.sync();
    wire.stream.uncork();
  }

  handleRowDescription({ fields }: { fields: readonly Field[] }): void {
    this.columns = { names: fields.map(({ name }) => name), parsers: fields.map(parserOf) };
  }

  handleDataRow({ fields }: { fields: readonly (string | null)[] }): void {
    if (this.row || this.failure || !this.columns) return;
    try {
      this.row = rowOf<Row>(this.columns, fields);
    } catch (error) {
      this.failure = error as Error; // The driver hears of it when Postgres has ended its answer.
    }
  }

  handleCommandComplete(): void {}

  handleReadyForQuery(connection: Connection): void {
    if (this.failure) return this.handleError(this.failure);
    if (this.isPreparing && this.columns) this.remember(connection, this.columns);
    this.callback(null);
  }

  private remember(connection: Connection, columns: Columns): void {
    const known = statementsOf.get(connection);
    known?.set(this.text, { name: nameOf(known.size), columns });
  }
}

/** One query at a time has the connection, so that the next number stays the next until it has been answered. */
const nameOf = (number: number): string => `berth_${number}`;

const parserOf = ({ dataTypeID }: Field): Parse =>
  dataTypeID === TIMESTAMPTZ ? instant : (types.getTypeParser(dataTypeID, 'text') as Parse);

function rowOf<Row extends object>({ names, parsers }: Columns, fields: readonly (string | null)[]): Row {
  const row: Record<string, unknown> = {};
  for (const [at, text] of fields.entries()) row[names[at] as string] = text === null ? null : parsers[at]?.(text);
  return row as Row;
}
