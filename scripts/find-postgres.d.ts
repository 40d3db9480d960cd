/** The folder with the programs of an installed PostgreSQL, the newest first; the environment's POSTGRES_BIN goes before. */
export function findPostgres(): string | undefined;
