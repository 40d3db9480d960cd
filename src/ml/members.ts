/** The families that `auto` (tuning.ts) chooses and blends, and the three things done with a fitted one. */
import { boosting, type BoostingModel } from './tree/boosting.ts';
import type { Explanation, TrainingData } from './estimator.ts';
import { forest, type ForestModel } from './tree/forest.ts';
import { logistic, type LogisticModel } from './linear/logistic.ts';
import { logitLeaf, type LogitLeafModel } from './tree/logit-leaf.ts';
import { network, type NetworkModel } from './network/network.ts';
import type { Random } from './math/random.ts';
import type { Table } from './data/table.ts';

export const memberFamilies = ['logistic', 'forest', 'boosting', 'network', 'logit-leaf'] as const;
export type MemberFamily = (typeof memberFamilies)[number];

export type Member =
  | { readonly family: 'logistic'; readonly model: LogisticModel }
  | { readonly family: 'forest'; readonly model: ForestModel }
  | { readonly family: 'boosting'; readonly model: BoostingModel }
  | { readonly family: 'network'; readonly model: NetworkModel }
  | { readonly family: 'logit-leaf'; readonly model: LogitLeafModel };

/** What a family is fitted with when nothing else is said. */
export function memberDefaults(family: MemberFamily): object {
  return { logistic, forest, boosting, network, 'logit-leaf': logitLeaf }[family].defaults;
}

/** `params` replaces some of the family's defaults. */
export function fitMember(family: MemberFamily, params: object, data: TrainingData, random: Random): Member {
  switch (family) {
    case 'logistic':
      return { family, model: logistic.fit({ ...logistic.defaults, ...params }, data, random) };
    case 'forest':
      return { family, model: forest.fit({ ...forest.defaults, ...params }, data, random) };
    case 'boosting':
      return { family, model: boosting.fit({ ...boosting.defaults, ...params }, data, random) };
    case 'network':
      return { family, model: network.fit({ ...network.defaults, ...params }, data, random) };
    case 'logit-leaf':
      return { family, model: logitLeaf.fit({ ...logitLeaf.defaults, ...params }, data, random) };
  }
}

export function predictMember(member: Member, table: Table): Float64Array {
  switch (member.family) {
    case 'logistic':
      return logistic.predict(member.model, table);
    case 'forest':
      return forest.predict(member.model, table);
    case 'boosting':
      return boosting.predict(member.model, table);
    case 'network':
      return network.predict(member.model, table);
    case 'logit-leaf':
      return logitLeaf.predict(member.model, table);
  }
}

export function explainMember(member: Member, table: Table): Explanation {
  switch (member.family) {
    case 'logistic':
      return logistic.explain(member.model, table);
    case 'forest':
      return forest.explain(member.model, table);
    case 'boosting':
      return boosting.explain(member.model, table);
    case 'network':
      return network.explain(member.model, table);
    case 'logit-leaf':
      return logitLeaf.explain(member.model, table);
  }
}
