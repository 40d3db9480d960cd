/**
 * What every text column of the database can hold of people: the one place that erasing, the export of a customer's data and
 * docs/privacy.md rest on. A test compares it with the schema.
 */

/**
 * What a column holds. `customer`: a customer's identifier; `ofCustomer`: more about the customer of the row; `words`: what people
 * typed or what is quoted from files, so that a customer may be named in it; `levels`: values that columns can have, without who
 * has them; `user`: of people who use Holdfast; `secret`: hashed or encrypted; `nothing`: nothing of people.
 */
export type Content = 'customer' | 'ofCustomer' | 'words' | 'levels' | 'user' | 'secret' | 'nothing';

type TableContents = Readonly<Partial<Record<Content, readonly string[]>>>;

/** Names that mean the same in every table, and nothing of people: times, states, kinds, names of files and their hashes. */
export const plainColumns: ReadonlySet<string> = new Set([
  ...['state', 'kind', 'status', 'stage', 'file', 'sha256', 'severity', 'delivery', 'channel'],
  ...[
    'created_at',
    'updated_at',
    'started_at',
    'finished_at',
    'closed_at',
    'set_at',
    'removed_at',
    'expires_at',
  ],
  ...[
    'recorded_at',
    'answered_at',
    'raised_at',
    'ended_at',
    'sent_at',
    'next_try_at',
    'used_at',
    'activated_at',
  ],
  ...['confirmed_at', 'scores_at', 'last_seen_at', 'disabled_at', 'at', 'at_time', 'scheduled_from'],
  ...['launched_on', 'ends_on', 'seen_on', 'due_on', 'set_on', 'removed_on', 'contacted_on', 'harm_until'],
]);

/** Text columns that are not plain, by table. */
export const tableContents: Readonly<Record<string, TableContents>> = {
  users: {
    user: ['email', 'name', 'home_seen_at', 'home_seen_before', 'provider_subject'],
    secret: ['password_hash', 'second_factor'],
    nothing: ['role', 'theme', 'provider_issuer'],
  },
  recovery_codes: { secret: ['code_hash'] },
  one_time_links: { secret: ['token_hash'], nothing: ['purpose'] },
  sessions: { secret: ['sid'], words: ['sess'] },
  rate_limits: { user: ['key'] },
  // Settings of the organisation, with secrets among them.
  settings: { nothing: ['key', 'value'] },
  datasets: {
    words: ['name', 'original_name', 'notes', 'error'],
    levels: ['columns', 'label', 'profile'],
  },
  models: {
    words: ['name'],
    levels: ['schema'],
    nothing: ['family', 'evaluation', 'importance', 'provenance'],
  },
  trainings: { words: ['name', 'error'], levels: ['plan'], nothing: ['progress'] },
  promotion_tests: { words: ['name'], levels: ['definition'] },
  past_tests: { words: ['error'], levels: ['choice', 'findings'] },
  batches: {
    words: ['original_name', 'format', 'header', 'report', 'rules', 'error', 'scores_problem'],
    levels: ['mapping'],
    nothing: ['model_label', 'checkpoint', 'outcomes'],
  },
  batch_counts: { nothing: ['counts'] },
  batch_blocks: { nothing: ['program', 'places', 'worker'] },
  remembered_names: { levels: ['feature', 'found', 'level'] },
  predictions: {
    customer: ['customer_id'],
    ofCustomer: ['risk_level', 'reasons', 'actions', 'recommended_action', 'inputs', 'notes'],
    nothing: ['source'],
  },
  customer_outcomes: { customer: ['customer_id'], words: ['source'] },
  unknown_outcomes: { customer: ['customer_id'] },
  set_levels: { customer: ['customer_id'], ofCustomer: ['level', 'reason', 'model_level'] },
  actions: { customer: ['customer_id'], ofCustomer: ['action', 'result', 'notes'] },
  campaigns: {
    words: ['name', 'filter', 'error'],
    levels: ['harmed'],
    nothing: ['action', 'more_arms', 'members_sha256'],
  },
  campaign_members: { customer: ['customer_id'], ofCustomer: ['reason'] },
  plans: { words: ['name', 'filter', 'error'], nothing: ['terms', 'result'] },
  plan_members: { customer: ['customer_id'], ofCustomer: ['reason'] },
  groupings: { words: ['name', 'error'], levels: ['terms', 'findings'] },
  segments: { words: ['name', 'parts'] },
  saved_views: { words: ['name', 'query'], nothing: ['path'] },
  retention_rules: { words: ['action', 'why', 'message', 'conditions'], nothing: ['valid_from', 'valid_to'] },
  rule_versions: { words: ['rules'] },
  jobs: { words: ['payload', 'subject', 'error'], nothing: ['lease_owner', 'waits_for'] },
  audit_events: {
    words: ['subject', 'before', 'after'],
    secret: ['salt', 'content_hash'],
    nothing: ['action', 'hash'],
  },
  connections: {
    words: ['name'],
    secret: ['password'],
    nothing: ['host', 'database_name', 'username', 'tls'],
  },
  queries: {
    words: ['name', 'statement', 'error'],
    nothing: ['dataset_kind', 'write_table', 'repeats'],
  },
  score_writes: { words: ['error'], nothing: ['table_name'] },
  alerts: { words: ['title', 'detail'], nothing: ['subject', 'evidence', 'href'] },
  watched_files: { words: ['name', 'note'], nothing: ['stamp', 'moved_at'] },
  alert_receivers: { user: ['address'], secret: ['secret'] },
  alert_messages: { words: ['content', 'error'], nothing: ['message_id'] },
  api_keys: {
    words: ['name'],
    secret: ['secret_hash'],
    nothing: ['prefix', 'scopes', 'last_used_at', 'revoked_at'],
  },
  // Bodies of answers are packed bytes: those with a customer who is erased are deleted.
  api_answers: { secret: ['name_hash', 'fingerprint'], nothing: ['begun_at', 'location'] },
  stored_files: { nothing: ['name', 'key'] },
  discarded_files: { nothing: ['key'] },
};

/** Tables with a column of this content, and which. */
export function columnsWith(
  content: Content,
): { readonly table: string; readonly columns: readonly string[] }[] {
  return Object.entries(tableContents).flatMap(([table, found]) => {
    const columns = found[content];
    return columns ? [{ table, columns }] : [];
  });
}

/** Tables in which a customer may be named. */
export function tablesOfCustomers(): string[] {
  const found = [...columnsWith('customer'), ...columnsWith('words')].map(({ table }) => table);
  return [...new Set(found)];
}
