import type { CsvFormat } from '../../src/domain/csv/intake.ts';

/** What most files are. */
export const commaFormat: CsvFormat = { delimiter: ',', decimal: '.', encoding: 'utf-8', notes: [] };
