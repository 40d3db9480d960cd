/** The networks of an average, each of which is an item that any thread can train. */
import { createRandom } from '../math/random.ts';
import type { Task } from '../parallel/threads.ts';
import { trainNetwork, type NetworkFit } from './fit.ts';
import type { FoldedLayer } from './passes.ts';

export interface NetworkFits extends NetworkFit {
  /** One a network. */
  readonly seeds: Int32Array;
}

export const networkMembers: Task<NetworkFits, FoldedLayer[]> = {
  name: 'network-members',
  prepare: (shared) => (item) => trainNetwork(shared, createRandom(shared.seeds[item]!)),
};
