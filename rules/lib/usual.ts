/**
 * How many there mostly are: the median of two hours. The most there were takes for lost what only
 * came by, as a backup does that joins as a member and leaves again.
 */
export const usual = (count: string): string => `quantile_over_time(0.5, ${count}[2h:5m])`;
