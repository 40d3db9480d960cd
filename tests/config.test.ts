import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '../src/config.ts';

describe('the settings from the environment', () => {
  it('have defaults that start on this machine alone', () => {
    expect(readConfig({})).toMatchObject({
      environment: 'production',
      host: '127.0.0.1',
      port: 3000,
      trustProxy: 0,
      sampleData: true,
      sessionSecret: null,
    });
  });

  it('take a blank line of a .env file as not set', () => {
    expect(readConfig({ PORT: '' }).port).toBe(3000);
  });

  it('name every variable that is wrong, what was found and what is expected', () => {
    const wrong = () =>
      readConfig({ PORT: 'abc', LOG_LEVEL: 'loud', DATABASE_URL: 'mysql://x', WORKERS: '0' });
    expect(wrong).toThrow(ConfigError);
    for (const text of [
      "PORT: found 'abc'",
      "LOG_LEVEL: found 'loud'",
      'expected sqlite:PATH',
      "WORKERS: found '0'",
    ])
      expect(wrong).toThrow(text);
  });

  it('never print a secret, not even a wrong one', () => {
    expect(() => readConfig({ SESSION_SECRET: 'hunter2' })).toThrow(/SESSION_SECRET: found a value/);
    expect(() => readConfig({ SESSION_SECRET: 'hunter2' })).not.toThrow(/hunter2/);
    const wrong = () => readConfig({ DATABASE_URL: 'mysql://ada:hunter2@host/db' });
    expect(wrong).toThrow(/DATABASE_URL: found a value/);
    expect(wrong).not.toThrow(/hunter2/);
  });

  it('name SQLite or PostgreSQL', () => {
    for (const url of [
      'sqlite:a.db',
      'postgres://ada:pw@host:5432/db?sslmode=verify-full',
      'postgresql://h/d',
    ])
      expect(readConfig({ DATABASE_URL: url }).databaseUrl).toBe(url);
  });

  it('take single sign-on whole or not at all', () => {
    const settings = {
      PUBLIC_URL: 'https://holdfast.example.com',
      OIDC_ISSUER: 'https://login.example.com',
      OIDC_CLIENT_ID: 'holdfast',
      OIDC_CLIENT_SECRET: 'secret',
      OIDC_VIEWER_GROUPS: 'staff, churn',
    };
    expect(readConfig(settings).singleSignOn?.groupsOf.viewer).toEqual(['staff', 'churn']);
    for (const missing of Object.keys(settings).filter((name) => name !== 'OIDC_ISSUER'))
      expect(() => readConfig({ ...settings, [missing]: undefined })).toThrow(missing);
    expect(() => readConfig({ PASSWORD_SIGN_IN: 'off' })).toThrow('OIDC_ISSUER');
    for (const issuer of ['http://login.example.com', 'http://localhost.example.com', 'ftp://x'])
      expect(() => readConfig({ ...settings, OIDC_ISSUER: issuer })).toThrow('OIDC_ISSUER');
  });

  it('are all in .env.example', () => {
    const documented = readFileSync(resolve(import.meta.dirname, '../.env.example'), 'utf8');
    const source = readFileSync(resolve(import.meta.dirname, '../src/config.ts'), 'utf8');
    const names = [...source.matchAll(/^ {2}([A-Z][A-Z_]+):/gm)].map(([, name]) => name!);
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter((name) => !documented.includes(`#${name}=`))).toEqual([]);
  });
});

it('keeps the watched folder apart from the folders of Holdfast, in which files are not moved', () => {
  expect(readConfig({ WATCH_DIR: 'in', WATCH_RESULTS: 'on' }).watch).toEqual({
    folder: resolve('in'),
    writesResults: true,
  });
  for (const WATCH_DIR of ['uploads', 'data/in', '.', './models/'])
    expect(() => readConfig({ WATCH_DIR })).toThrow('must be apart from each other');
});
