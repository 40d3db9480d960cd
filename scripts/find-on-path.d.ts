/** The path of the first of these programs that is installed. */
export function findOnPath(...names: string[]): string | undefined;
