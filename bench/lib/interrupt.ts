/** Ends what is being measured on Ctrl-C; whoever made something then takes it away again. */
export const interrupted = new AbortController();

let guards = 0;

const abort = (): void => {
  interrupted.abort(new Error("it was interrupted"));
};

/**
 * Runs `work` with Ctrl-C and SIGTERM held back: they abort {@link interrupted} instead of ending
 * this process, so that what `work` started can be stopped.
 */
export async function guarded<T>(work: () => Promise<T>): Promise<T> {
  if (guards++ === 0) for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, abort);
  try {
    interrupted.signal.throwIfAborted();
    return await work();
  } finally {
    if (--guards === 0) for (const signal of ["SIGINT", "SIGTERM"]) process.off(signal, abort);
  }
}
