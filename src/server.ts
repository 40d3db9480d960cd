/** The whole program in one process: the web server and threads for jobs of every class. */
import { startProcess } from './start.ts';

await startProcess({ isWeb: true, share: {} });
