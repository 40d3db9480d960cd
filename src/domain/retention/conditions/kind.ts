/** What a kind of condition of retention rules consists of. */
import type { CellValue } from '../../../ml/data/values.ts';
import type { InputColumn, ScoredFeature } from '../../../store/score-files/group.ts';
import type { RiskLevel } from '../../risk/levels.ts';

/** The part of a scored customer that conditions are about. */
export interface RuleSubject {
  readonly probability: number;
  readonly riskLevel: RiskLevel;
  readonly reasons: readonly { readonly feature: string; readonly points: number }[];
  readonly inputs: Readonly<Record<string, CellValue>>;
  /** Null: not known. */
  readonly monthlyValue: number | null;
}

/** Many scored customers: one entry a row everywhere. */
export interface RuleRows {
  readonly rowCount: number;
  readonly probability: Float64Array;
  /** NaN: not known. */
  readonly monthlyValue: Float64Array;
  /** One a feature. */
  readonly inputs: readonly InputColumn[];
  /** In probability: that of row i and feature j is entry `i × featureCount + j`. Asked for only where a rule needs them. */
  readonly contributions: () => Float64Array;
  readonly featureCount: number;
}

/** With the place of each row's level in `riskLevels`. */
export interface LevelledRows extends RuleRows {
  readonly level: Uint8Array;
}

/**
 * Keeps those of the first `count` candidates, which are rows in ascending order, that meet a condition, at the beginning
 * of the array; returns how many.
 */
export type CompiledCondition = (rows: LevelledRows, candidates: Int32Array, count: number) => number;

/** A field of the rule form, or several that belong together. */
export type ConditionField =
  | {
      readonly control: 'checks';
      readonly label: string;
      readonly names: readonly string[];
    }
  | { readonly control: 'amount'; readonly name: string; readonly label: string }
  | { readonly control: 'column'; readonly name: string; readonly label: string; readonly none: string }
  | { readonly control: 'segment'; readonly name: string; readonly label: string; readonly none: string }
  | {
      readonly control: 'comparison';
      readonly label: string;
      readonly column: string;
      readonly operator: string;
      readonly value: string;
    };

/** What was typed, by the names of fields; a field that is missing is blank. */
export type TypedFields = Readonly<Record<string, string>>;

/** How the reader of a page writes columns and amounts. */
export interface RuleWords {
  readonly label: (column: string) => string;
  readonly money: (amount: number) => string;
}

/** `asked`: what a rule stores of this kind. */
export interface ConditionKind<Asked> {
  /** Whom the rule is for, or who of them never gets the action. */
  readonly section: 'conditions' | 'exceptions';
  /** In the order of the page. */
  readonly fields: readonly ConditionField[];
  /** Of fields that were checked. */
  readonly fromForm: (typed: TypedFields) => Asked;
  readonly toForm: (asked: Asked) => TypedFields;
  /** A line a condition; none where any customer meets it. */
  readonly describe: (asked: Asked, words: RuleWords) => readonly string[];
  /** Of the input that it names. */
  readonly columns: (asked: Asked) => readonly string[];
  /** Whether every customer who meets `narrow` meets `wide` as well; false where that is not certain. */
  readonly covers: (wide: Asked, narrow: Asked) => boolean;
  /** Why this customer does not meet it, in words; null: the customer does. */
  readonly whyNot: (asked: Asked, subject: RuleSubject) => string | null;
  /** The same for many customers; null: no customer of a model with these features can meet it. */
  readonly compile: (asked: Asked, features: readonly ScoredFeature[]) => readonly CompiledCondition[] | null;
}
