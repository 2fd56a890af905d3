export interface FocusColumn {
  readonly type: 'string' | 'decimal' | 'datetime' | 'currency' | 'json';
  readonly isNullable: boolean;
  /** The only ones allowed. */
  readonly values?: readonly string[];
}

const text = { type: 'string', isNullable: false } as const;
const optionalText = { type: 'string', isNullable: true } as const;
const amount = { type: 'decimal', isNullable: false } as const;
const optionalAmount = { type: 'decimal', isNullable: true } as const;
const moment = { type: 'datetime', isNullable: false } as const;

const serviceCategories = [
  ...['AI and Machine Learning', 'Analytics', 'Business Applications', 'Compute', 'Databases', 'Developer Tools'],
  ...['Multicloud', 'Identity', 'Integration', 'Internet of Things', 'Management and Governance', 'Media', 'Migration'],
  ...['Mobile', 'Networking', 'Security', 'Storage', 'Web', 'Other'],
];

/**
 * The columns of FOCUS 1.0 in alphabetical order, with their data types, nullability and allowed values as its section
 * "Columns" gives them (https://focus.finops.org/focus-specification/v1-0/).
 */
export const focusColumns = {
  AvailabilityZone: optionalText,
  BilledCost: amount,
  BillingAccountId: text,
  BillingAccountName: optionalText,
  BillingCurrency: { type: 'currency', isNullable: false },
  BillingPeriodEnd: moment,
  BillingPeriodStart: moment,
  ChargeCategory: { ...text, values: ['Usage', 'Purchase', 'Tax', 'Credit', 'Adjustment'] },
  ChargeClass: { ...optionalText, values: ['Correction'] },
  ChargeDescription: optionalText,
  ChargeFrequency: { ...text, values: ['One-Time', 'Recurring', 'Usage-Based'] },
  ChargePeriodEnd: moment,
  ChargePeriodStart: moment,
  CommitmentDiscountCategory: { ...optionalText, values: ['Spend', 'Usage'] },
  CommitmentDiscountId: optionalText,
  CommitmentDiscountName: optionalText,
  CommitmentDiscountStatus: { ...optionalText, values: ['Used', 'Unused'] },
  CommitmentDiscountType: optionalText,
  ConsumedQuantity: optionalAmount,
  ConsumedUnit: optionalText,
  ContractedCost: amount,
  ContractedUnitPrice: optionalAmount,
  EffectiveCost: amount,
  InvoiceIssuerName: text,
  ListCost: amount,
  ListUnitPrice: optionalAmount,
  PricingCategory: { ...optionalText, values: ['Standard', 'Dynamic', 'Committed', 'Other'] },
  PricingQuantity: optionalAmount,
  PricingUnit: optionalText,
  ProviderName: text,
  PublisherName: text,
  RegionId: optionalText,
  RegionName: optionalText,
  ResourceId: optionalText,
  ResourceName: optionalText,
  ResourceType: optionalText,
  ServiceCategory: { ...text, values: serviceCategories },
  ServiceName: text,
  SkuId: optionalText,
  SkuPriceId: optionalText,
  SubAccountId: optionalText,
  SubAccountName: optionalText,
  Tags: { type: 'json', isNullable: true },
} as const satisfies Record<string, FocusColumn>;

export type FocusColumnName = keyof typeof focusColumns;
/** Some of a row. */
export type FocusCells = Partial<Record<FocusColumnName, string | null>>;
export type FocusRow = Readonly<Record<FocusColumnName, string | null>>;

export const focusColumnNames = Object.keys(focusColumns) as FocusColumnName[];
