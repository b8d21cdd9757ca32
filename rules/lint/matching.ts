/** Whether the two sides of an operator have labels by which they can meet. */
import { type Exposed, targetLabels } from "./inventory.ts";
import { labelsOf, type LabelSet } from "./labels.ts";
import { type Binary, isScalar } from "./promql.ts";

/** Labels that only one side has, or has with another value: such sides never match. */
export function mismatch(binary: Binary, inventory: ReadonlyMap<string, Exposed>): string[] {
  const { left, matching, operator, right } = binary;
  if (isScalar(left) || isScalar(right) || operator.type === "Or") return [];
  const a = labelsOf(left, inventory);
  const b = labelsOf(right, inventory);
  if (a === undefined || b === undefined) return [];
  const compared = (set: LabelSet): Map<string, string | undefined> =>
    new Map(
      [...(set ?? [])].filter(
        ([label]) => matching === undefined || matching.labels.includes(label) === matching.on,
      ),
    );
  const [mine, yours] = [compared(a), compared(b)];
  const lonely = [...mine.keys(), ...yours.keys()].filter(
    (label) => !(mine.has(label) && yours.has(label)),
  );
  const missing = matching?.on
    ? matching.labels.filter((label) => !(a.has(label) && b.has(label)))
    : lonely;
  const apart = [...mine].filter(([label, value]) => {
    const other = yours.get(label);
    return value !== undefined && other !== undefined && value !== other;
  });
  return [
    ...missing
      .filter((label) => !targetLabels.includes(label))
      .map((label) => `${label} is on one side of ${operator.text} only`),
    ...apart.map(([label]) => `${label} has different values on the sides of ${operator.text}`),
  ];
}
