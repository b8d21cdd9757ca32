/** Waits for a condition the system reaches by itself; gives up, so that a suite never hangs. */
export async function eventually(condition: () => Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 1000; turn += 1) {
    if (await condition()) return;
    await new Promise((wake) => setTimeout(wake, 25));
  }
  throw new Error(`It never came: ${condition.toString()}`);
}
