/** The part of pg that is used without knex. */
declare module 'pg' {
  /** A statement that talks to the server itself. */
  export interface Submittable {
    submit(connection: Connection): void;
    handleCopyInResponse(connection: Connection): void;
    handleCommandComplete(): void;
    handleReadyForQuery(): void;
    handleError(error: Error): void;
  }

  export interface Connection {
    query(text: string): void;
    sendCopyFromChunk(data: Uint8Array): void;
    endCopyFrom(): void;
  }

  export interface QueryResult {
    readonly rows: unknown[];
    readonly fields: readonly { readonly name: string; readonly dataTypeID: number }[];
    readonly rowCount: number | null;
  }

  export interface QueryOptions {
    readonly text: string;
    readonly values?: readonly unknown[];
    readonly rowMode?: 'array';
    readonly queryMode?: 'extended';
  }

  export class Client {
    constructor(options: object);
    connect(): Promise<void>;
    query(statement: Submittable): Submittable;
    query(statement: QueryOptions): Promise<QueryResult>;
    query(text: string, values?: readonly unknown[]): Promise<QueryResult>;
    on(event: 'error', listener: (error: Error) => void): this;
    end(): Promise<void>;
  }
}
