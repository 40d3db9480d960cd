/** Addresses of earlier versions, kept for bookmarks and links: each leads to the page's address today. */
import { Router } from 'express';
import type { Request, RequestHandler } from 'express';

export function createOldAddresses(): Router {
  const router = Router({ caseSensitive: true });
  router.get('/upload', redirect('/score'));
  router.get('/upload/:id/repair', redirect('/batches/:id/corrections'));
  router.get(/^\/upload\/(?<rest>.+)$/, redirect('/batches/:rest'));
  router.get('/predictions', redirect('/customers'));
  router.get('/predictions.csv', redirect('/customers.csv'));
  router.get('/predictions/:id', redirect('/customers/:id'));
  router.get('/admin', redirect('/settings'));
  return router;
}

/** Permanent, and with the query, so that the filters of a list stay. */
const redirect =
  (address: string): RequestHandler =>
  (req: Request, res) => {
    const path = address.replace(/:(\w+)/, (_all, name: string) => req.params[name] as string);
    const query = req.originalUrl.indexOf('?');
    res.redirect(308, encodeURI(path) + (query === -1 ? '' : req.originalUrl.slice(query)));
  };
