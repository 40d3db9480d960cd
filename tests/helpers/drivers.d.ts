/** The few calls that tests make of packages that have no types of their own. */
declare module 'better-sqlite3' {
  interface Statement {
    all(): unknown[];
    run(...values: readonly (string | null)[]): void;
  }
  export default class Database {
    constructor(path: string);
    exec(sql: string): void;
    prepare(sql: string): Statement;
    transaction(work: () => void): () => void;
    close(): void;
  }
}

declare module 'pg' {
  export class Client {
    constructor(options: { readonly connectionString: string });
    connect(): Promise<void>;
    query(sql: string, values?: readonly unknown[]): Promise<{ readonly rows: unknown[] }>;
    end(): Promise<void>;
  }
}
