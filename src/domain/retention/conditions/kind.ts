/** What a kind of condition of retention rules consists of. */
import type { CellValue } from '../../../ml/data/values.ts';
import type { FieldError } from '../../../errors.ts';
import type { InputColumn, ScoredFeature, TextColumn } from '../../../store/score-files/group.ts';
import type { RiskLevel } from '../../risk/levels.ts';
import type { HadAction, PastQuestion } from '../past/questions.ts';

/** The part of a scored customer that conditions are about. */
export interface RuleSubject {
  readonly probability: number;
  readonly riskLevel: RiskLevel;
  readonly reasons: readonly { readonly feature: string; readonly points: number }[];
  readonly inputs: Readonly<Record<string, CellValue>>;
  /** Null: not known. */
  readonly monthlyValue: number | null;
  /** What was done for the customer before. */
  readonly had: HadAction;
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
  /** Asked for only where a rule needs them; '': the row has none. */
  readonly identifiers: () => TextColumn;
}

/** With what follows from the rows and is the same for all rules. */
export interface LevelledRows extends RuleRows {
  /** The place of each row's level in `riskLevels`. */
  readonly level: Uint8Array;
  /** 1: yes. That of row i and question k is entry `i × questionCount + k`. */
  readonly past: () => Uint8Array;
  readonly questionCount: number;
}

/** What a rule's conditions are compiled with beside the schema. */
export interface CompileContext {
  /** Of the rule. */
  readonly action: string;
  /** The place of a question about the past; −1: nobody had that. */
  readonly placeOf: (question: PastQuestion) => number;
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
    }
  | {
      readonly control: 'group';
      readonly label: string;
      readonly hint: string;
      readonly parts: readonly FieldPart[];
    };

/** `action`: a choice among any action, those of the rules, and none. */
export type FieldPart =
  | { readonly control: 'days' | 'action'; readonly name: string; readonly label: string }
  | {
      readonly control: 'choice';
      readonly name: string;
      readonly label: string;
      readonly options: readonly { readonly value: string; readonly label: string }[];
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
  /** Of fields that do not go together. */
  readonly problems?: (typed: TypedFields) => readonly FieldError[];
  /** A line a condition; none where any customer meets it. */
  readonly describe: (asked: Asked, words: RuleWords) => readonly string[];
  /** Of the input that it names. */
  readonly columns: (asked: Asked) => readonly string[];
  /** What it asks about the past of a customer; `action`: that of the rule. */
  readonly questions?: (asked: Asked, action: string) => readonly PastQuestion[];
  /** Whether every customer who meets `narrow` meets `wide` as well; false where that is not certain. */
  readonly covers: (wide: Asked, narrow: Asked) => boolean;
  /** Why this customer does not meet it, in words; null: the customer does. `action`: that of the rule. */
  readonly whyNot: (asked: Asked, subject: RuleSubject, action: string) => string | null;
  /** The same for many customers; null: no customer of a model with these features can meet it. */
  readonly compile: (
    asked: Asked,
    features: readonly ScoredFeature[],
    context: CompileContext,
  ) => readonly CompiledCondition[] | null;
}
