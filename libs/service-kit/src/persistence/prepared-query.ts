import { type Connection, Query, types } from 'pg';
import utils from 'pg/lib/utils.js';
import { instant } from './instant.js';

type Parse = (text: string) => unknown;
type Field = { readonly name: string; readonly dataTypeID: number };
/** As it is sent: bytes are told apart from text. */
type Value = string | Buffer | null;

/** What Postgres answers to a statement, as it said when it prepared it; nothing of one that answers no rows. */
interface Columns {
  readonly names: readonly string[];
  readonly parsers: readonly Parse[];
}

interface Statement {
  readonly name: string;
  readonly columns: Columns;
}

/** What a connection has prepared. Each attempt has a name of its own: several may be on their way at once. */
interface Prepared {
  attempts: number;
  readonly statements: Map<string, Statement>;
}

/** The driver's own class, of which a connection that pipelines asks that queries are; its types tell a part of it only. */
const DriverQuery = Query as unknown as new (text: string) => {
  readonly text: string;
  callback(error: Error | null): void;
  handleError(error: Error): void;
};

/** Messages of the extended query protocol, as the driver writes them. */
interface Wire {
  readonly stream: { cork(): void; uncork(): void };
  parse(message: { text: string; name: string }): void;
  bind(message: { statement: string; values: readonly Value[] }): void;
  describe(message: { type: 'P' }): void;
  execute(message: object): void;
  sync(): void;
}

/** SQLSTATE feature_not_supported: of a prepared statement whose columns a migration has changed since. */
const CHANGED_RESULT = '0A000';
const TIMESTAMPTZ: number = types.builtins.TIMESTAMPTZ;
const nothing: Columns = { names: [], parsers: [] };
const preparedOn = new WeakMap<Connection, Prepared>();

/**
 * A statement that each connection prepares once: Postgres plans it once and does not say each time of which columns its
 * answer is. When it fails the first time on a connection, or because what it answers has changed, that one must not be used
 * again (`isSpoilt`).
 */
export class PreparedQuery<Row extends object> extends DriverQuery {
  /** Once the driver has called back without an error: what was answered. */
  readonly answer: Row[] = [];
  private readonly values: readonly Value[];
  private knownAs = '';
  private isNew = true;
  private columns: Columns | undefined;
  private failure: Error | undefined;

  constructor(text: string, parameters: readonly unknown[]) {
    super(text);
    this.values = parameters.map((each) => utils.prepareValue(each));
  }

  /** What it answers has changed since the connection prepared it. */
  isOutdated(error: Error & { readonly code?: string }): boolean {
    return !this.isNew && error.code === CHANGED_RESULT;
  }

  /** After an error: what the connection has prepared is not what is known of it. */
  isSpoilt(error: Error): boolean {
    return this.isNew || this.isOutdated(error);
  }

  /** Called by the driver when the connection is its. */
  submit(connection: Connection & Wire): void {
    const prepared = preparedOn.get(connection) ?? { attempts: 0, statements: new Map<string, Statement>() };
    preparedOn.set(connection, prepared);
    const statement = prepared.statements.get(this.text);
    this.isNew = statement === undefined;
    this.columns = statement?.columns;
    this.knownAs = statement?.name ?? `berth_${prepared.attempts++}`;
    this.send(connection);
  }

  private send(wire: Wire): void {
    wire.stream.cork();
    if (this.isNew) wire.parse({ text: this.text, name: this.knownAs });
    wire.bind({ statement: this.knownAs, values: this.values });
    if (this.isNew) wire.describe({ type: 'P' });
    wire.execute({});
    wire.sync();
    wire.stream.uncork();
  }

  handleRowDescription({ fields }: { fields: readonly Field[] }): void {
    this.columns = { names: fields.map(({ name }) => name), parsers: fields.map(parserOf) };
  }

  handleDataRow({ fields }: { fields: readonly (string | null)[] }): void {
    if (this.failure || !this.columns) return;
    try {
      this.answer.push(rowOf<Row>(this.columns, fields));
    } catch (error) {
      this.failure = error as Error; // The driver hears of it when Postgres has ended its answer.
    }
  }

  handleCommandComplete(): void {}

  handleReadyForQuery(connection: Connection): void {
    if (this.failure) return this.handleError(this.failure);
    this.columns ??= nothing;
    preparedOn.get(connection)?.statements.set(this.text, { name: this.knownAs, columns: this.columns });
    this.callback(null);
  }
}

const parserOf = ({ dataTypeID }: Field): Parse =>
  dataTypeID === TIMESTAMPTZ ? instant : (types.getTypeParser(dataTypeID, 'text') as Parse);

function rowOf<Row extends object>({ names, parsers }: Columns, fields: readonly (string | null)[]): Row {
  const row: Record<string, unknown> = {};
  for (const [at, text] of fields.entries()) row[names[at] as string] = text === null ? null : parsers[at]?.(text);
  return row as Row;
}
