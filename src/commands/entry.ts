/** What the table says of a command. */
import type { OptionName } from './option-words.ts';
import type { Command } from './options.ts';

export interface CommandEntry {
  /** Of one or two words. */
  readonly name: string;
  /** What follows it, as in help. */
  readonly names: readonly string[];
  readonly options: readonly OptionName[];
  readonly about: string;
  /** Without 'holdfast'. */
  readonly examples: readonly string[];
  readonly run: Command;
}
