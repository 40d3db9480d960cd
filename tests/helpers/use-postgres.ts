/** Tells the helpers of a test file that the tests run on PostgreSQL. */
import { inject } from 'vitest';

process.env['TEST_POSTGRES_URL'] = inject('postgresUrl');
process.env['TEST_POSTGRES_COPY'] = inject('postgresCopy');
