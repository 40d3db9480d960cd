/** Connections to databases of the company: the list, the form, the test and the removal. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { removeConnection, saveConnection, testConnection } from '../domain/warehouse/connections.ts';
import { AppError, Unprocessable } from '../errors.ts';
import { currentUser } from '../http/authenticate.ts';
import { flash } from '../http/flash.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { idParam, limitedText, parseForm, textValues } from '../http/validate.ts';
import {
  describeServer,
  presentConnectionForm,
  presentConnectionList,
  toConnectionValues,
} from '../presenters/connection.ts';
import { getConnection, listConnections, tlsModes } from '../store/connections.ts';
import type { ConnectionRecord } from '../store/connections.ts';
import { WarehouseLost } from '../store/warehouse/failures.ts';

declare module '../http/render.ts' {
  interface Pages {
    'connections/list': PageData & ReturnType<typeof presentConnectionList>;
    'connections/edit': PageData & ReturnType<typeof presentConnectionForm>;
    'connections/removal': PageData & { readonly connection: ConnectionRecord };
  }
}

const listPath = '/settings/connections';
const newConnection = { port: '5432', tls: 'verified' };

const required = (max: number) => limitedText(max).min(1, 'This is missing.');
const ConnectionForm = z.object({
  name: required(100),
  host: required(253).regex(/^[\w.:-]+$/, 'Enter a name such as db.example.com, or an address.'),
  port: z.coerce.number('Enter a port, such as 5432.').int().min(1).max(65_535, 'A port is at most 65535.'),
  database: required(63),
  username: required(63),
  password: z.string().max(1_000, 'Use at most 1000 characters.').default(''),
  tls: z.enum(tlsModes),
});

export function createConnectionHandlers({ db, config }: Context) {
  /** `connection` null: a new one. */
  const showForm = async (
    res: Response,
    connection: ConnectionRecord | null,
    values: Readonly<Record<string, string>>,
    errors: PageData['errors'] = [],
  ) => {
    await render(res, 'connections/edit', { ...presentConnectionForm(connection, { values, errors }) });
  };

  const save = async (req: Request, res: Response, connection: ConnectionRecord | null) => {
    const form = parseForm(ConnectionForm, req.body);
    if (!form.ok) return showForm(res, connection, form.values, form.errors);
    try {
      const id = await saveConnection({ db, config }, currentUser(req), connection?.id ?? null, form.data);
      flash(req, 'success', 'The connection has been saved. Test it now.');
      res.redirect(303, `${listPath}/${id}`);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const errors = error instanceof Unprocessable ? error.errors : [fieldError(error)];
      await showForm(res, connection, textValues(req.body), errors);
    }
  };

  return {
    list: async (_req: Request, res: Response) => {
      const connections = await listConnections(db);
      const { hosts } = config.warehouse;
      const input = { connections, hosts, hasKey: config.secretsKeys.length > 0 };
      await render(res, 'connections/list', { title: 'Connections', ...presentConnectionList(input) });
    },

    showNew: (_req: Request, res: Response) => showForm(res, null, newConnection),

    create: (req: Request, res: Response) => save(req, res, null),

    showEdit: async (req: Request, res: Response) => {
      const connection = await getConnection(db, idParam(req));
      await showForm(res, connection, toConnectionValues(connection));
    },

    save: async (req: Request, res: Response) => {
      await save(req, res, await getConnection(db, idParam(req)));
    },

    test: async (req: Request, res: Response) => {
      const id = idParam(req);
      try {
        flash(req, 'success', describeServer(await testConnection({ db, config }, id)));
      } catch (error) {
        if (!(error instanceof AppError || error instanceof WarehouseLost)) throw error;
        flash(req, 'warning', error.message);
      }
      res.redirect(303, `${listPath}/${id}`);
    },

    confirmRemoval: async (req: Request, res: Response) => {
      const connection = await getConnection(db, idParam(req));
      await render(res, 'connections/removal', { title: 'Remove a connection', connection });
    },

    remove: async (req: Request, res: Response) => {
      await removeConnection(db, currentUser(req), idParam(req));
      flash(req, 'success', 'The connection has been removed, and its password with it.');
      res.redirect(303, listPath);
    },
  };
}

/** Which field of the form an error is about. */
function fieldError({ code, message }: AppError) {
  return { field: code === 'host-not-allowed' ? 'host' : 'password', message };
}
