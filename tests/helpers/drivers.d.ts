/** The few calls that tests make of a package that has no types of its own. */
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
