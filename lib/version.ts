/** Major, minor, patch. */
export type Version = readonly [number, number, number];

/** A half-open range: the first version accepted and the first one no longer accepted. */
export interface Range {
  readonly from: string;
  readonly before?: string;
}

/** The first `x.y` or `x.y.z` in a text such as the output of `--version`. */
export function parseVersion(text: string): Version | undefined {
  const match = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(text);
  return match ? [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)] : undefined;
}

/** Negative when a is older than b, zero when equal, positive when newer. */
export function compareVersions(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

/** Whether a version lies in a range. */
export function inRange(version: Version, { from, before }: Range): boolean {
  const limit = (text: string) => parseVersion(`${text}.0.0`) ?? ([0, 0, 0] as const);
  return (
    compareVersions(version, limit(from)) >= 0 &&
    (before === undefined || compareVersions(version, limit(before)) < 0)
  );
}

/** A range in words: `3.5 or later, before 4`. */
export const showRange = ({ from, before }: Range): string =>
  `${from} or later${before === undefined ? "" : `, before ${before}`}`;

/** A version as text: `3.5.3`. */
export const showVersion = (version: Version): string => version.join(".");
