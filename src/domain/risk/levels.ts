/** Risk levels, for everything above the store. */
export { riskLevelOf, riskLevels } from '../../store/risk-levels.ts';
export type { RiskLevel, RiskThresholds } from '../../store/risk-levels.ts';
