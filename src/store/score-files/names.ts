/** The names of the files that hold a batch's scores, beside its upload. */

/** Its scores as columns. */
export function scoreFile(file: string): string {
  return `${file}.scores`;
}

/** Which rows are of which customer: an index that can be made again from the scores. */
export function customersFile(file: string): string {
  return `${file}.customers`;
}

/** A challenger's probabilities of the same rows. */
export function challengerFile(file: string, modelId: number): string {
  return `${file}.challenger-${modelId}`;
}

/** What is to be overwritten in the scores; there while that is under way. */
export function erasureFile(file: string): string {
  return `${file}.erasing`;
}
