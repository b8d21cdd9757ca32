/** Ends the run with one line a machine can read: `N passed, N failed, N skipped`. */
export default class CountReporter {
  onRunComplete(_contexts, results) {
    const { numFailedTests, numPassedTests, numPendingTests, numRuntimeErrorTestSuites } = results;
    const failed = numFailedTests + numRuntimeErrorTestSuites;
    process.stdout.write(
      `${numPassedTests} passed, ${failed} failed, ${numPendingTests} skipped\n`,
    );
  }
}
