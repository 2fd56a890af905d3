import type { Rule } from 'eslint';

export declare const tenantQuery: Rule.RuleModule;
export declare const tablesOf: (schema: string) => Set<string>;
export declare const UNCONFINED: ReadonlySet<string>;
export declare const unconfinedTables: (schema: string) => string[];
export declare const unboundTable: (sql: string, tables: ReadonlySet<string>) => string | undefined;
export declare const listedTable: (sql: string, tables: ReadonlySet<string>) => string | undefined;
export declare const UNCONFINED_PARTS: ReadonlySet<string>;
export declare const partsOf: (schema: string) => Set<string>;
export declare const unconfinedParts: (schema: string) => string[];
