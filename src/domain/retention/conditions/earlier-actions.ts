/** Conditions on what was done for a customer before: a cool-down, and an action that a rule follows up. */
import { actionResults } from '../../../store/action-results.ts';
import type { ActionResult } from '../../../store/action-results.ts';
import type { Conditions } from '../../../store/rule-conditions.ts';
import type { PastQuestion } from '../past/questions.ts';
import type { CompiledCondition, ConditionKind } from './kind.ts';

type Cooldown = NonNullable<Conditions['cooldown']>;
type EarlierAction = NonNullable<Conditions['earlierAction']>;

/** Customers who had an action lately are left alone. */
export const cooldownCondition: ConditionKind<Cooldown | null> = {
  section: 'exceptions',
  fields: [
    {
      control: 'group',
      label: 'Cool-down',
      hint: 'Days in which a customer who had an action is left alone. An action counts from the day on which it was done, while it is open from the day on which it was added, and a campaign from its launch. Dropped actions do not count.',
      parts: [
        { control: 'days', name: 'cooldownDays', label: 'Days' },
        {
          control: 'choice',
          name: 'cooldownOf',
          label: 'After',
          options: [
            { value: 'any', label: 'Any action' },
            { value: 'own', label: 'This action' },
          ],
        },
      ],
    },
  ],
  fromForm: ({ cooldownDays = '', cooldownOf }) =>
    cooldownDays === '' ? null : { days: Number(cooldownDays), of: cooldownOf === 'own' ? 'own' : 'any' },
  toForm: (asked) => (asked === null ? {} : { cooldownDays: String(asked.days), cooldownOf: asked.of }),
  describe: (asked) =>
    asked === null ? [] : [`Never within ${daysText(asked.days)} of ${ofWords[asked.of]}`],
  columns: () => [],
  questions: (asked, action) => (asked === null ? [] : [cooldownQuestion(asked, action)]),
  covers: (wide, narrow) =>
    wide === null || (narrow !== null && narrow.of === 'any' && narrow.days >= wide.days),
  whyNot: (asked, { had }, action) =>
    asked !== null && had(cooldownQuestion(asked, action))
      ? `the customer had ${ofWords[asked.of]} within the last ${daysText(asked.days)}`
      : null,
  compile: (asked, _features, { action, placeOf }) =>
    asked === null ? [] : [hasAnswer(placeOf(cooldownQuestion(asked, action)), 0)],
};

/** What a rule follows up: `Had ‘Call’, declined, in the last 30 days`. */
export const earlierActionCondition: ConditionKind<EarlierAction | null> = {
  section: 'conditions',
  fields: [
    {
      control: 'group',
      label: 'Earlier action',
      hint: 'To follow up what was done before, for example a letter to customers whom a call did not reach.',
      parts: [
        { control: 'action', name: 'earlierAction', label: 'Action' },
        {
          control: 'choice',
          name: 'earlierResult',
          label: 'Result',
          options: [
            { value: '', label: 'Any, or none yet' },
            { value: 'accepted', label: 'Accepted' },
            { value: 'declined', label: 'Declined' },
            { value: 'not-reached', label: 'Not reached' },
          ],
        },
        { control: 'days', name: 'earlierDays', label: 'In the last days' },
      ],
    },
  ],
  fromForm: ({ earlierAction = '', earlierResult, earlierDays }) =>
    earlierAction === ''
      ? null
      : {
          action: earlierAction === anyAction ? null : earlierAction.slice(namedAction.length),
          result: actionResults.find((one) => one === earlierResult) ?? null,
          days: Number(earlierDays),
        },
  toForm: (asked) =>
    asked === null
      ? {}
      : {
          earlierAction: asked.action === null ? anyAction : `${namedAction}${asked.action}`,
          earlierResult: asked.result ?? '',
          earlierDays: String(asked.days),
        },
  problems: ({ earlierAction = '', earlierResult = '', earlierDays = '' }) => {
    if (![anyAction, ''].includes(earlierAction) && !earlierAction.startsWith(namedAction))
      return [{ field: 'earlierAction', message: 'Choose an action of the list.' }];
    if (earlierAction !== '' && earlierDays === '')
      return [
        { field: 'earlierDays', message: 'Enter how many days ago the action may have been, such as 90.' },
      ];
    return earlierAction === '' && (earlierResult !== '' || earlierDays !== '')
      ? [{ field: 'earlierAction', message: 'Choose an action, or leave its result and days blank.' }]
      : [];
  },
  describe: (asked) => (asked === null ? [] : [`Had ${earlierWords(asked)}`]),
  columns: () => [],
  questions: (asked) => (asked === null ? [] : [asked]),
  covers: (wide, narrow) => wide === null || (narrow !== null && isWithin(narrow, wide)),
  whyNot: (asked, { had }) =>
    asked === null || had(asked) ? null : `the customer did not have ${earlierWords(asked)}`,
  compile: (asked, _features, { placeOf }) => (asked === null ? [] : [hasAnswer(placeOf(asked), 1)]),
};

/** Values of the form for any action, and for one by its name. */
export const anyAction = 'any';
export const namedAction = 'is:';

const ofWords: Readonly<Record<Cooldown['of'], string>> = { any: 'any action', own: 'this action' };
const resultWords: Readonly<Record<ActionResult, string>> = {
  accepted: 'accepted',
  declined: 'declined',
  'not-reached': 'not reached',
};

function cooldownQuestion({ days, of }: Cooldown, action: string): PastQuestion {
  return { action: of === 'own' ? action : null, result: null, days };
}

/** '‘Call’, declined, in the last 30 days'. */
function earlierWords({ action, result, days }: EarlierAction): string {
  const what = action === null ? 'an action' : `‘${action}’`;
  return `${what}${result === null ? '' : `, ${resultWords[result]},`} in the last ${daysText(days)}`;
}

function daysText(days: number): string {
  return days === 1 ? '1 day' : `${days} days`;
}

/** Whether whoever had the one had the other. */
export function isWithin(one: PastQuestion, other: PastQuestion): boolean {
  return (
    one.days <= other.days &&
    (other.action === null || other.action === one.action) &&
    (other.result === null || other.result === one.result)
  );
}

/** `place`: of the question; −1: the answer is no for everybody. */
function hasAnswer(place: number, wanted: 0 | 1): CompiledCondition {
  return ({ past, questionCount }, candidates, count) => {
    if (place < 0) return wanted === 0 ? count : 0;
    const answers = past();
    let kept = 0;
    for (let c = 0; c < count; c++) {
      const i = candidates[c]!;
      if (answers[i * questionCount + place] === wanted) candidates[kept++] = i;
    }
    return kept;
  };
}
