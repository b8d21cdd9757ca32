/** What is left to do when this process ends early: leave nothing behind. */
const works = new Set<() => void>();

process.once("exit", () => {
  for (const work of works) work();
});

/** @returns Takes it back. */
export function atExit(work: () => void): () => void {
  works.add(work);
  return () => {
    works.delete(work);
  };
}
