/**
 * Every setting that comes from the environment, read and checked once at start. A wrong setting stops
 * the program with a message that names each variable, what was found and what is expected.
 */
import { availableParallelism, totalmem } from 'node:os';
import { resolve, sep } from 'node:path';
import { z } from 'zod';

export const mostTrainingThreads = 64;
const port = z.coerce.number().int().min(0).max(65535);
const wholeNumber = (min: number, max: number) => z.coerce.number().int().min(min).max(max);
/** As many as there are processors. */
export const defaultTrainingThreads = Math.min(mostTrainingThreads, availableParallelism());
/** Megabytes: half of what the machine or the container has. */
export const defaultTrainingMemoryMb = Math.floor(
  Math.min(totalmem(), process.constrainedMemory() || Infinity) / 2 / 1024 ** 2,
);
export const leastTrainingMemoryMb = 64;

/** Entries between commas. */
function listOf(text: string): string[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

/** `https://app.example.com`: without a path. */
function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}

const Environment = z.object({
  NODE_ENV: z.enum(['production', 'development', 'test']).default('production'),
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: port.default(3000),
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  TRUST_PROXY: wholeNumber(0, 10).default(0),
  DATABASE_URL: z
    .string()
    .regex(/^(sqlite:|postgres(ql)?:\/\/)./, 'expected sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE')
    .default('sqlite:data/holdfast.db'),
  DATA_DIR: z.string().min(1).default('data'),
  MODELS_DIR: z.string().min(1).default('models'),
  UPLOADS_DIR: z.string().min(1).default('uploads'),
  WATCH_DIR: z.string().min(1).optional(),
  WATCH_RESULTS: z.enum(['on', 'off']).default('off'),
  FILES: z
    .string()
    .regex(
      /^(s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/[\w./-]*)?|[^:]+)$/,
      'expected s3://BUCKET/PREFIX or a folder',
    )
    .optional(),
  S3_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  FILES_CACHE_MB: wholeNumber(1, 100_000_000).default(10_240),
  SESSION_SECRET: z.string().min(32, 'expected at least 32 characters').optional(),
  SECRETS_KEY: z
    .string()
    .transform(listOf)
    .refine((keys) => keys.every((key) => key.length >= 32), 'expected at least 32 characters')
    .default([]),
  WAREHOUSE_HOSTS: z.string().transform(listOf).default([]),
  WAREHOUSE_TIMEOUT_SECONDS: wholeNumber(1, 86_400).default(300),
  SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  SMTP_FROM: z
    .string()
    .regex(/^[^\r\n]*@[^\r\n]+$/, 'expected an address such as Holdfast <holdfast@example.com>')
    .default('Holdfast <holdfast@localhost>'),
  WEBHOOK_HOSTS: z.string().transform(listOf).default([]),
  API_ORIGINS: z
    .string()
    .transform(listOf)
    .refine((origins) => origins.every(isOrigin), 'expected origins such as https://app.example.com')
    .default([]),
  API_REQUESTS_PER_MINUTE: wholeNumber(1, 10_000_000).default(1_200),
  OIDC_ISSUER: z
    .url({ protocol: /^https?$/ })
    .refine((url) => /^(https:|http:\/\/(127\.0\.0\.1|localhost)[:/])/.test(url), 'expected https://')
    .optional(),
  OIDC_CLIENT_ID: z.string().optional(),
  OIDC_CLIENT_SECRET: z.string().optional(),
  OIDC_SCOPE: z
    .string()
    .regex(/\bopenid\b/, "expected 'openid' among them")
    .default('openid profile email'),
  OIDC_GROUPS_CLAIM: z.string().default('groups'),
  OIDC_ADMIN_GROUPS: z.string().transform(listOf).default([]),
  OIDC_ANALYST_GROUPS: z.string().transform(listOf).default([]),
  OIDC_VIEWER_GROUPS: z.string().transform(listOf).default([]),
  OIDC_LABEL: z.string().max(60).default('Sign in with single sign-on'),
  PASSWORD_SIGN_IN: z.enum(['on', 'off']).default('on'),
  MAX_UPLOAD_MB: wholeNumber(1, 10_000).default(1024),
  UPLOAD_QUOTA_FILES: wholeNumber(1, 10_000_000).default(100_000),
  UPLOAD_QUOTA_MB: wholeNumber(1, 1_000_000_000).default(512_000),
  USER_QUOTA_FILES: wholeNumber(1, 10_000_000).default(50_000),
  USER_QUOTA_MB: wholeNumber(1, 1_000_000_000).default(256_000),
  WORKERS: wholeNumber(1, 64).default(3),
  TRAINING_THREADS: wholeNumber(1, mostTrainingThreads).default(defaultTrainingThreads),
  TRAINING_MEMORY_MB: wholeNumber(leastTrainingMemoryMb, 4_194_304).default(defaultTrainingMemoryMb),
  PAGE_WAIT_MS: wholeNumber(0, 60_000).default(150),
  THREAD_MEMORY_MB: wholeNumber(256, 65_536).default(2048),
  SAMPLE_DATA: z.enum(['on', 'off']).default('on'),
  METRICS_TOKEN: z.string().min(16, 'expected at least 16 characters').optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

/** A folder whose files are scored by themselves. */
export interface WatchSettings {
  /** Null: there is none. */
  readonly folder: string | null;
  /** The scores are written beside the files that are done. */
  readonly writesResults: boolean;
}

/** Where files are that several machines share. */
export type FileStoreSettings =
  | { readonly kind: 'folder'; readonly folder: string }
  | {
      readonly kind: 's3';
      readonly bucket: string;
      /** Empty, or with a slash at its end. */
      readonly prefix: string;
      /** null: that of AWS. */
      readonly endpoint: string | null;
    };

/** Of databases that queries read and scores are written to. */
export interface WarehouseSettings {
  /** Names, addresses and networks such as 10.0.0.0/8; empty: there are no connections. */
  readonly hosts: readonly string[];
  /** How long one statement may take. */
  readonly statementSeconds: number;
}

/** Of messages that are sent. */
export interface DeliverySettings {
  /** Of the mail server, such as smtps://USER:PASSWORD@HOST; null: no e-mail is sent. */
  readonly smtpUrl: string | null;
  readonly smtpFrom: string;
  /** Names and private addresses or networks that webhooks may lead to; public ones are allowed anyway. */
  readonly webhookHosts: readonly string[];
}

/** How much may be kept. */
export interface Quota {
  readonly files: number;
  readonly bytes: number;
}

/** Of /api/v1. */
export interface ApiSettings {
  /** Whose pages may use it from a browser, such as https://app.example.com; empty: none. */
  readonly origins: readonly string[];
  /** Of one key, to one process. */
  readonly requestsPerMinute: number;
}

/** Of the provider of single sign-on (OpenID Connect). */
export interface SingleSignOnSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string;
  /** The claim of the ID token that lists groups. */
  readonly groupsClaim: string;
  /** Which groups give a role; a person has the highest. */
  readonly groupsOf: Readonly<Record<'admin' | 'analyst' | 'viewer', readonly string[]>>;
  /** Of the button. */
  readonly label: string;
}

export interface Config {
  readonly environment: 'production' | 'development' | 'test';
  readonly host: string;
  readonly port: number;
  /** Without a trailing slash; null: taken from where the server listens. */
  readonly publicUrl: string | null;
  /** How many reverse proxies stand in front; their X-Forwarded-For entries are trusted. */
  readonly trustProxy: number;
  readonly databaseUrl: string;
  readonly dataDir: string;
  readonly modelsDir: string;
  readonly uploadsDir: string;
  readonly watch: WatchSettings;
  /** Behind the folders for models, uploads and datasets; null: there are only these. */
  readonly fileStore: FileStoreSettings | null;
  /** How much of these folders may be copies of files that are fetched where they are needed. */
  readonly fileCacheBytes: number;
  /** null: generated at first start and kept in the data folder. */
  readonly sessionSecret: string | null;
  /** The first encrypts passwords that are stored, any of them decrypts; empty: none can be stored. */
  readonly secretsKeys: readonly string[];
  readonly warehouse: WarehouseSettings;
  readonly delivery: DeliverySettings;
  readonly api: ApiSettings;
  /** null: there is none. */
  readonly singleSignOn: SingleSignOnSettings | null;
  /** Whether people sign in with passwords. */
  readonly hasPasswords: boolean;
  readonly maxUploadBytes: number;
  /** Of the uploads of all users. */
  readonly uploadQuota: Quota;
  readonly userQuota: Quota;
  /** Jobs that may run at once; those of each class have a thread of their own in any case. */
  readonly workers: number;
  /** Threads that share the work of one training. */
  readonly trainingThreads: number;
  /** For the rows of one training and what a fit computes of them, besides the limit of its threads. */
  readonly trainingMemoryMb: number;
  /** How long a page waits for a figure that is still being counted; then it is shown without it, and looks again. */
  readonly pageWaitMs: number;
  /** Memory limit of one thread. */
  readonly threadMemoryMb: number;
  readonly sampleData: boolean;
  /** Whoever sends it reads figures of this process; null: nobody does. */
  readonly metricsToken: string | null;
  readonly logLevel: string;
}

export class ConfigError extends Error {}

/** @throws ConfigError naming every variable that is wrong. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const result = Environment.safeParse(withoutBlanks(environment));
  if (!result.success) throw new ConfigError(describeIssues(result.error, environment));
  const env = result.data;
  requireApart(env);
  const singleSignOn = readSingleSignOn(env);
  return {
    environment: env.NODE_ENV,
    host: env.HOST,
    port: env.PORT,
    publicUrl: env.PUBLIC_URL?.replace(/\/+$/, '') ?? null,
    trustProxy: env.TRUST_PROXY,
    databaseUrl: env.DATABASE_URL,
    dataDir: resolve(env.DATA_DIR),
    modelsDir: resolve(env.MODELS_DIR),
    uploadsDir: resolve(env.UPLOADS_DIR),
    watch: {
      folder: env.WATCH_DIR === undefined ? null : resolve(env.WATCH_DIR),
      writesResults: env.WATCH_RESULTS === 'on',
    },
    fileStore: env.FILES === undefined ? null : readFileStore(env.FILES, env.S3_ENDPOINT),
    fileCacheBytes: env.FILES_CACHE_MB * 1024 * 1024,
    sessionSecret: env.SESSION_SECRET ?? null,
    secretsKeys: env.SECRETS_KEY,
    warehouse: { hosts: env.WAREHOUSE_HOSTS, statementSeconds: env.WAREHOUSE_TIMEOUT_SECONDS },
    delivery: {
      smtpUrl: env.SMTP_URL ?? null,
      smtpFrom: env.SMTP_FROM,
      webhookHosts: env.WEBHOOK_HOSTS,
    },
    api: { origins: env.API_ORIGINS, requestsPerMinute: env.API_REQUESTS_PER_MINUTE },
    singleSignOn,
    hasPasswords: env.PASSWORD_SIGN_IN === 'on',
    maxUploadBytes: env.MAX_UPLOAD_MB * 1024 * 1024,
    uploadQuota: { files: env.UPLOAD_QUOTA_FILES, bytes: env.UPLOAD_QUOTA_MB * 1024 * 1024 },
    userQuota: { files: env.USER_QUOTA_FILES, bytes: env.USER_QUOTA_MB * 1024 * 1024 },
    workers: env.WORKERS,
    trainingThreads: env.TRAINING_THREADS,
    trainingMemoryMb: env.TRAINING_MEMORY_MB,
    pageWaitMs: env.PAGE_WAIT_MS,
    threadMemoryMb: env.THREAD_MEMORY_MB,
    sampleData: env.SAMPLE_DATA === 'on',
    metricsToken: env.METRICS_TOKEN ?? null,
    logLevel: env.LOG_LEVEL,
  };
}

function readSingleSignOn(env: z.infer<typeof Environment>): SingleSignOnSettings | null {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret } = env;
  if (issuer === undefined) {
    if (env.PASSWORD_SIGN_IN === 'off') throw incomplete('PASSWORD_SIGN_IN', 'OIDC_ISSUER');
    return null;
  }
  if (clientId === undefined) throw incomplete('OIDC_ISSUER', 'OIDC_CLIENT_ID');
  if (clientSecret === undefined) throw incomplete('OIDC_ISSUER', 'OIDC_CLIENT_SECRET');
  if (env.PUBLIC_URL === undefined) throw incomplete('OIDC_ISSUER', 'PUBLIC_URL');
  const groupsOf = {
    admin: env.OIDC_ADMIN_GROUPS,
    analyst: env.OIDC_ANALYST_GROUPS,
    viewer: env.OIDC_VIEWER_GROUPS,
  };
  if (Object.values(groupsOf).flat().length === 0) throw incomplete('OIDC_ISSUER', 'OIDC_VIEWER_GROUPS');
  const { OIDC_SCOPE: scope, OIDC_GROUPS_CLAIM: groupsClaim, OIDC_LABEL: label } = env;
  return { issuer, clientId, clientSecret, scope, groupsClaim, groupsOf, label };
}

function incomplete(name: string, missing: string): ConfigError {
  return new ConfigError(`Holdfast cannot start: ${name} also needs ${missing} (see .env.example).`);
}

/** Files are moved within the watched folder: none of Holdfast's own may be in it, and it in none of its folders. */
function requireApart({ WATCH_DIR, DATA_DIR, MODELS_DIR, UPLOADS_DIR }: z.infer<typeof Environment>): void {
  if (WATCH_DIR === undefined) return;
  const watched = `${resolve(WATCH_DIR)}${sep}`;
  for (const folder of [DATA_DIR, MODELS_DIR, UPLOADS_DIR]) {
    const own = `${resolve(folder)}${sep}`;
    if (own.startsWith(watched) || watched.startsWith(own))
      throw new ConfigError(
        `Holdfast cannot start: WATCH_DIR (${WATCH_DIR}) and ${folder}, where Holdfast keeps its files, must be apart from each other.`,
      );
  }
}

/** `address` as the setting FILES gives it. */
function readFileStore(address: string, endpoint: string | undefined): FileStoreSettings {
  const [, bucket, path = ''] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(address) ?? [];
  if (bucket === undefined) return { kind: 'folder', folder: resolve(address) };
  const prefix = path === '' ? '' : `${path.replace(/\/+$/, '')}/`;
  return { kind: 's3', bucket, prefix, endpoint: endpoint ?? null };
}

/** A line `PORT=` in a .env file means 'not set'. */
function withoutBlanks(environment: Readonly<Record<string, string | undefined>>) {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
}

/** The addresses of the database and the mail server can hold a password. */
const secrets = new Set([
  'SESSION_SECRET',
  'SECRETS_KEY',
  'METRICS_TOKEN',
  'DATABASE_URL',
  'SMTP_URL',
  'OIDC_CLIENT_SECRET',
]);

function describeIssues(
  error: z.ZodError,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  const lines = error.issues.map((issue) => {
    const name = String(issue.path[0]);
    // A secret is never printed, not even a wrong one.
    const found = secrets.has(name) ? 'a value' : `'${environment[name] ?? ''}'`;
    return `  ${name}: found ${found}. ${issue.message}.`;
  });
  return `Holdfast cannot start: these settings are wrong (see .env.example).\n${lines.join('\n')}`;
}
