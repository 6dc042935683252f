// Prices as data, each with its source and date (metrics-path.md 2.5). A report quotes them; a scenario may override.

export interface Price {
  readonly usd: number;
  readonly per: 'GB-month' | 'hour' | 'IOPS-month' | 'MBps-month';
  readonly source: string;
  /** Year and month for which the source gives it. */
  readonly asOf: string;
}

const EBS = 'Amazon EBS gp3, us-east-1, on demand';

/** Volume that holds Prometheus' data. 3000 IOPS and 125 MB/s are included. */
export const DISK_PRICE: Price = { usd: 0.08, per: 'GB-month', source: EBS, asOf: '2026-01' };

const INSTANCE_USD: Readonly<Record<string, number>> = {
  'g4dn.xlarge': 0.526,
  'g5.xlarge': 1.006,
  'g5.2xlarge': 1.212,
  'g5.4xlarge': 1.624,
  'g5.12xlarge': 5.672,
  'g6.xlarge': 0.8048,
  'g6.2xlarge': 0.9776,
  'g6.4xlarge': 1.3232,
  'g6e.xlarge': 1.861,
};

/** GPU instance per hour by type, EC2 on demand, us-east-1; undefined for a type that is not in the table. */
export const instancePrice = (type: string): Price | undefined => {
  const usd = INSTANCE_USD[type];
  const source = 'EC2 on demand, us-east-1, table of karpenter-provider-aws generated 2026-01-19';
  return usd === undefined ? undefined : { usd, per: 'hour', source, asOf: '2026-01' };
};

/** Dollars per month to keep this many bytes. GB = 10^9 bytes. */
export const diskMoneyPerMonth = (bytes: number, price: Price = DISK_PRICE): number => (bytes / 1e9) * price.usd;
