/** Where something listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Begin of the names of the variables that lead to a linked app: `billing-api` gives `BILLING_API`. */
const prefixOf = (app: string): string => app.toUpperCase().replaceAll('-', '_');

/** Names of the variables that lead to a linked app, the same on every runtime. */
export const linkVariableNames = (app: string): string[] =>
  ['URL', 'HOST', 'PORT'].map((part) => `${prefixOf(app)}_${part}`);

/** What the processes of an app find another one by: `BILLING_URL`, `BILLING_HOST`, `BILLING_PORT`. */
export function linkVariables(app: string, { host, port }: Address): Record<string, string> {
  const values = [`http://${host}${port === 80 ? '' : `:${port}`}`, host, String(port)];
  return Object.fromEntries(linkVariableNames(app).map((name, index) => [name, values[index] ?? '']));
}
