/** What the export of a customer's data says about its parts, for somebody who does not know Holdfast. */
export const readme: Readonly<Record<string, string>> = {
  about:
    'This is everything that Holdfast, a program that estimates which customers are about to leave, has stored about one customer. It was made for that customer. Backups, and databases and files outside of Holdfast, are not part of it.',
  files:
    "The customer's rows in the files that were uploaded, in the results and rejected rows made from them, and in the datasets that models learned from. 'row' counts as a spreadsheet does. Empty cells are unknown.",
  scores:
    "Every estimate of how likely the customer is to leave: 'probability' is from 0 to 1, 'riskLevel' the level that follows from it, 'inputs' what it was computed from, 'reasons' which inputs raised (above 0) or lowered it, and 'recommendedAction' what was proposed.",
  segments: 'The groups of customers that the customer belongs to now.',
  records:
    "What else is stored, by table: 'predictions' are estimates made singly, 'customer_outcomes' when the customer was seen to have left (has_left 1) or to be there, 'unknown_outcomes' that nobody knows, 'actions' what was to be done for the customer, 'campaign_members' campaigns, where arm 0 means that the customer was not to be contacted, 'plan_members' planned actions, and 'set_levels' risk levels that a person has set, with the reason.",
  mentions: 'Other records whose words name the customer, such as searches, notes and the audit log.',
};
