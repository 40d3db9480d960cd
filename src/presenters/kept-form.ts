/**
 * A form that waits to be sent again, as its writer knows it: what they were doing, and what they typed under the
 * names that the form had. Fields without a name of their own, such as those of one column each, are only counted.
 */
import type { KeptForm } from '../http/kept-form.ts';

export interface KeptFormWords {
  /** 'changing the retention rule “Call”'. */
  readonly doing: string;
  /** The page of what it is about, where it has one. */
  readonly subject: string | null;
  readonly typed: readonly { readonly label: string; readonly text: string }[];
  /** About the fields that are not listed. */
  readonly others: string | null;
}

interface Purpose {
  readonly doing: string;
  /** The field that names what it is about. */
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Its other fields have no names of their own, but say much by what they hold. */
  readonly showsValues?: true;
}

const rule = {
  action: 'Action',
  why: 'Why',
  channel: 'Channel',
  message: 'Message',
  cost: 'Cost per customer',
  saveRate: 'Save rate',
  validFrom: 'First day',
  validTo: 'Last day',
  low: 'Low risk',
  medium: 'Medium risk',
  high: 'High risk',
  enabled: 'In use',
  minMonthlyValue: 'Monthly revenue, at least',
  maxMonthlyValue: 'Monthly revenue, below',
  reason: 'Column that raises the risk',
  earlierAction: 'Earlier action',
  earlierResult: 'Result of the earlier action',
  earlierDays: 'Earlier action, in the last days',
  cooldownDays: 'Cool-down, in days',
  cooldownOf: 'Cool-down after',
  position: 'Order',
};
const alertTerms = {
  perWeek: 'Alerts sent in seven days, at most',
  lossUpBy: 'Expected loss up by more than (%)',
  highRiskUpBy: 'High-risk customers up by more than (%)',
  modelDays: 'Model older than (days)',
  dataDays: 'Data older than (days)',
};
const lever = {
  column: 'Column',
  change: 'Change',
  level: 'Level',
  cost: 'Cost per customer',
  per: 'Paid',
  ruleId: 'Offered by',
};
const test = {
  name: 'Name',
  customer: 'Number of a score',
  low: 'Lowest probability (%)',
  high: 'Highest probability (%)',
  feature: 'Column',
  from: 'From',
  to: 'To',
  mustNot: 'The churn probability must not',
  allowed: 'Allowed exceptions (% of customers)',
  enabled: 'In use',
};
const threshold = {
  threshold: 'Threshold, in percent',
  contactCost: 'Cost of contacting a customer',
  offerCost: 'Cost of the offer',
  saveRate: 'Save rate, in percent',
  valueMonths: 'Months that a kept customer stays',
  valueMargin: 'Margin on revenue, in percent',
  monthlyValue: 'Monthly revenue per customer',
};
const campaign = {
  name: 'Name',
  action: 'Action',
  cost: 'Cost per customer',
  saveRate: 'Expected save rate (%)',
  smallestSaveRate: 'Smallest save rate that matters (%)',
  horizonDays: 'Read the result after (days)',
};
const plan = {
  name: 'Name',
  budget: 'Budget',
  valueMonths: 'Months of revenue from a retained customer',
  valueMargin: 'Margin on revenue (%)',
};
const action = { customer: 'Customer ID', action: 'Action', notes: 'Notes', dueOn: 'Due' };
const customers = { horizonDays: 'Days without a purchase that count as churn', cutoff: 'Cut-off date' };
const organisation = {
  organisation: 'Name',
  currency: 'Currency',
  timeZone: 'Time zone',
  valueMonths: 'Months of revenue from a retained customer',
  valueMargin: 'Margin on revenue (%)',
  holdOutShare: 'Hold-out',
};
const training = {
  name: 'Model name',
  trainingTime: 'Training time',
  folds: 'Cross-validation folds',
  seed: 'Random seed',
  budget: 'Tuning budget, in seconds',
};

const connection = { name: 'Name', host: 'Host', port: 'Port', database: 'Database', username: 'User' };
const query = {
  name: 'Name',
  statement: 'SELECT statement',
  scoreAtOnce: 'Score right away when every column matches',
  writeTable: 'Schema and table',
};

/** By the addresses that take forms; `purposeOf` reads `:id` as a number. */
const purposes: Readonly<Record<string, Purpose>> = {
  '/account': { doing: 'changing your account', labels: { name: 'Name', theme: 'Theme' } },
  '/account/sessions/removal': { doing: 'signing out a device' },
  '/account/sign-out': { doing: 'signing out everywhere' },
  '/account/second-factor': { doing: 'turning on your second factor' },
  '/account/second-factor/recovery-codes': { doing: 'creating new recovery codes' },
  '/account/second-factor/removal': { doing: 'turning off your second factor' },
  '/batches/:id/mapping': { doing: 'matching the columns of a file' },
  '/batches/:id/reading': { doing: 'choosing how a file is read' },
  '/batches/:id/scoring': { doing: 'scoring a file' },
  '/batches/:id/rescoring': { doing: 'scoring a file again' },
  '/batches/:id/cancellation': { doing: 'cancelling the work on a file' },
  '/batches/:id/missing': {
    doing: 'recording what became of customers',
    labels: { seenOn: 'Date' },
  },
  '/batches/:id/removal': { doing: 'deleting a file and its scores' },
  '/batches/:id/table': { doing: 'writing scores to a table', labels: { table: 'Schema and table' } },
  '/batches/:id/corrections': { doing: 'fixing rejected rows of a file' },
  '/batches/:id/value-mapping': { doing: 'mapping unrecognised values of a file' },
  '/predict': {
    doing: 'predicting for one customer',
    name: 'customer',
    labels: { customer: 'Customer ID', monthlyValue: 'Monthly revenue' },
    showsValues: true,
  },
  '/campaigns': { doing: 'planning the campaign', name: 'name', labels: campaign },
  '/campaigns/:id': { doing: 'changing the campaign', name: 'name', labels: campaign },
  '/campaigns/:id/launch': { doing: 'launching a campaign', labels: { share: 'Control group' } },
  '/campaigns/:id/removal': { doing: 'removing the draft of a campaign' },
  '/campaigns/:id/closing': { doing: 'closing a campaign' },
  '/campaigns/:id/contacted/removal': { doing: 'taking back the contact of a control' },
  '/campaigns/:id/contacted': { doing: 'recording controls who were contacted' },
  '/campaigns/:id/retraining': { doing: 'training a challenger from a campaign' },
  '/campaigns/:id/harm/end': { doing: 'letting campaigns have groups of customers again' },
  '/campaigns/:id/actions': { doing: 'adding the actions of a campaign', labels: { dueOn: 'Due' } },
  '/plans': { doing: 'planning for a budget', name: 'name', labels: plan },
  '/plans/:id/campaign': { doing: 'drafting the campaign of a plan' },
  '/plans/:id/removal': { doing: 'removing a plan' },
  '/past-tests/of-dataset': { doing: 'reading a past test from a dataset' },
  '/past-tests/:id/columns': { doing: 'saying what the columns of a past test are' },
  '/past-tests/:id/removal': { doing: 'removing a past test' },
  '/actions': { doing: 'adding an action', labels: action },
  '/actions/assignment': { doing: 'assigning actions' },
  '/actions/:id': { doing: 'changing an action', labels: action },
  '/customers/:id/level': {
    doing: 'setting the risk level of a customer',
    labels: { level: 'Risk level', reason: 'Reason', endsOn: 'End date' },
  },
  '/set-levels/:id/removal': { doing: 'removing the level of a customer' },
  '/outcomes/recorded': {
    doing: 'recording what became of customers',
    labels: { seenOn: 'Date', reason: 'Reason' },
  },
  '/outcomes/correction': {
    doing: 'recording the outcome of a customer',
    labels: { customer: 'Customer ID', left: 'Has left', seenOnOne: 'Date' },
  },
  '/datasets/:id/first-line': { doing: 'saying what the first line of a dataset holds' },
  '/datasets/:id/removal': { doing: 'removing a dataset' },
  '/datasets/:id/columns': { doing: 'changing the columns of a dataset', labels: { name: 'Name' } },
  '/datasets/:id/label': { doing: 'defining the churn label of a dataset' },
  '/datasets/:id/label/comparison': { doing: 'comparing churn rules of a dataset' },
  '/datasets/:id/customers': { doing: 'building customers from transactions', labels: customers },
  '/datasets/:id/customers/comparison': { doing: 'comparing horizons for a dataset', labels: customers },
  '/datasets/:id/training': { doing: 'starting the training run', name: 'name', labels: training },
  '/datasets/:id/exploration': { doing: 'exploring the columns of a dataset' },
  '/datasets/:id/purchases': { doing: 'choosing how purchases are studied' },
  '/datasets/:id/leaving': { doing: 'choosing the dates and groups of a dataset' },
  '/trainings/:id/cancellation': { doing: 'cancelling a training run' },
  '/trainings/:id/resumption': { doing: 'restarting a training run' },
  '/models/tests': { doing: 'adding the promotion test', name: 'name', labels: test },
  '/models/tests/:id': { doing: 'changing the promotion test', name: 'name', labels: test },
  '/models/tests/:id/removal': { doing: 'removing a promotion test' },
  '/models/rollback': { doing: 'going back to the previous model' },
  '/models/:id/activation': { doing: 'activating a model' },
  '/models/:id/threshold': { doing: 'setting the threshold of a model', labels: threshold },
  '/models/:id/archiving': { doing: 'archiving a model' },
  '/models/:id/candidacy': { doing: 'making a model a candidate' },
  '/models/:id/challenge': { doing: 'making a model the challenger' },
  '/saved-views': { doing: 'saving a view', name: 'name', labels: { name: 'Name', isShared: 'Shared' } },
  '/saved-views/:id': {
    doing: 'changing a view',
    name: 'name',
    labels: { name: 'Name', isShared: 'Shared' },
  },
  '/saved-views/:id/removal': { doing: 'removing a view' },
  '/customer-data': {
    doing: 'exporting what is stored about a customer',
    labels: { customer: 'Customer ID' },
  },
  '/segments': { doing: 'saving a segment', name: 'name', labels: { name: 'Name' } },
  '/segments/:id': { doing: 'renaming a segment', name: 'name', labels: { name: 'Name' } },
  '/segments/:id/removal': { doing: 'removing a segment' },
  '/groupings': { doing: 'grouping customers' },
  '/groupings/:id/segments': { doing: 'making segments of groups' },
  '/groupings/:id/removal': { doing: 'removing a grouping' },
  '/settings/levers': { doing: 'adding a change you can offer', name: 'column', labels: lever },
  '/settings/levers/:id': { doing: 'changing what you can offer', name: 'column', labels: lever },
  '/settings/levers/:id/removal': { doing: 'removing a change you can offer' },
  '/settings/rules': { doing: 'adding the retention rule', name: 'action', labels: rule },
  '/settings/rules/:id': { doing: 'changing the retention rule', name: 'action', labels: rule },
  '/settings/rules/trial': { doing: 'trying the retention rule', name: 'action', labels: rule },
  '/settings/rules/form': { doing: 'writing the retention rule', name: 'action', labels: rule },
  '/settings/rules/versions/:id/restore': { doing: 'restoring an earlier version of the retention rules' },
  '/settings/rules/:id/removal': { doing: 'removing a retention rule' },
  '/settings/risk-levels': {
    doing: 'changing the risk levels',
    labels: { mediumFrom: 'Medium from (percent)', highFrom: 'High from (percent)' },
  },
  '/settings/organisation': { doing: 'changing the organisation', labels: organisation },
  '/alerts/:id/usefulness': { doing: 'saying whether an alert was useful' },
  '/settings/alerts': { doing: 'changing when to raise alerts', labels: alertTerms },
  '/settings/schedules/retraining': { doing: 'changing when models are retrained' },
  '/settings/schedules/rescoring': { doing: 'changing when the newest file is rescored' },
  '/settings/schedules/drift-check': { doing: 'changing when scores are checked for drift' },
  '/settings/alerts/receivers': { doing: 'adding a receiver of alerts', labels: { address: 'Address' } },
  '/settings/alerts/receivers/:id/test': { doing: 'sending a test message' },
  '/settings/alerts/receivers/:id/removal': { doing: 'removing a receiver of alerts' },
  '/settings/api-keys': {
    doing: 'making the API key',
    name: 'name',
    labels: { name: 'Name', lastDay: 'Last day' },
  },
  '/settings/api-keys/:id/revocation': { doing: 'revoking an API key' },
  '/settings/connections': { doing: 'adding the connection', name: 'name', labels: connection },
  '/settings/connections/:id': { doing: 'changing the connection', name: 'name', labels: connection },
  '/settings/connections/:id/test': { doing: 'testing a connection' },
  '/settings/connections/:id/removal': { doing: 'removing a connection' },
  '/queries': { doing: 'adding the query', name: 'name', labels: query },
  '/queries/:id': { doing: 'changing the query', name: 'name', labels: query },
  '/queries/:id/run': { doing: 'running a query' },
  '/queries/:id/cancellation': { doing: 'cancelling a query' },
  '/queries/:id/removal': { doing: 'deleting a query' },
  '/settings/sample/removal': { doing: 'removing the sample data' },
  '/admin/users': {
    doing: 'inviting the user',
    name: 'email',
    labels: { name: 'Name', email: 'Email address', role: 'Role' },
  },
  '/admin/users/:id/role': { doing: 'changing the role of a user', labels: { role: 'Role' } },
  '/admin/users/:id/password-reset': { doing: 'resetting the password of a user' },
  '/admin/users/second-factor': { doing: 'changing who needs a second factor' },
  '/admin/users/:id/sessions/removal': { doing: 'signing out a device of a user' },
  '/admin/users/:id/sign-out': { doing: 'signing a user out everywhere' },
  '/admin/users/:id/second-factor-reset': { doing: 'resetting the second factor of a user' },
  '/admin/users/:id/disabling': { doing: 'disabling a user' },
  '/admin/users/:id/enabling': { doing: 'enabling a user' },
  '/admin/jobs/:id/cancellation': { doing: 'cancelling a job' },
};

/** Where `:id` alone is the address of a page. */
const subjectPage =
  /^\/(?:batches|datasets|trainings|models|models\/tests|queries|settings\/rules|settings\/rules\/versions|settings\/connections|admin\/users)\/\d+(?=\/|$)/;

const choices: Readonly<Record<string, string>> = {
  yes: 'Yes',
  system: 'Same as the system',
  light: 'Light',
  dark: 'Dark',
  admin: 'Administrator',
  analyst: 'Analyst',
  viewer: 'Viewer',
  quick: 'Quick',
  thorough: 'Thorough',
  custom: 'Custom',
};

/** Chosen by the page, not by its reader. */
const hiddenFields: readonly string[] = [
  'model',
  'compared',
  'page',
  'score',
  'listedCustomer',
  'listedOutcome',
  'required',
  'session',
];
const mostValues = 60;

export function describeKeptForm({ path, fields }: KeptForm): KeptFormWords {
  const address = path.replace(/[?#].*$/s, '');
  const { doing, name, labels = {}, showsValues } = purposeOf(address) ?? { doing: 'sending a form' };
  const filled = fields.filter(
    ([field, text]) => !hiddenFields.includes(field) && !/password/i.test(field) && text.trim() !== '',
  );
  const typed = filled.flatMap(([field, text]) =>
    Object.hasOwn(labels, field) ? [{ label: labels[field]!, text: choiceText(text) }] : [],
  );
  const others = filled.filter(([field]) => !Object.hasOwn(labels, field)).map(([, text]) => text);
  const values = showsValues && others.length > 0 && others.length <= mostValues ? others : [];
  const named = filled.find(([field]) => field === name)?.[1].trim();
  return {
    doing: named === undefined ? doing : `${doing} “${named}”`,
    subject: subjectPage.exec(address)?.[0] ?? null,
    typed: values.length > 0 ? [...typed, { label: 'The rest', text: values.join(' · ') }] : typed,
    others: othersText(others.length - values.length),
  };
}

function othersText(count: number): string | null {
  if (count === 0) return null;
  return count === 1
    ? '1 more field will be sent as you filled it in.'
    : `${count} more fields will be sent as you filled them in.`;
}

function purposeOf(address: string): Purpose | undefined {
  return purposes[address.replace(/\/\d+(?=\/|$)/, '/:id')];
}

function choiceText(text: string): string {
  return Object.hasOwn(choices, text) ? choices[text]! : text;
}
