import Sequencer from "@jest/test-sequencer";

/**
 * What takes minutes, the longest first. Jest orders by what it remembers of earlier runs, and a fresh
 * checkout has no such memory: one long suite that begins last keeps everybody waiting.
 */
const long = [
  /rules\/lint\/variants/,
  /test\/rules\/rules\.test/,
  /test\/(?:e2e|docker|chain)\//,
  /test\/lab\/new\/|test\/provider\/engine/,
  /alert-processor\/test\/(?:web|proof|store)\//,
];

const rank = ({ path }) => {
  const at = long.findIndex((one) => one.test(path));
  return at < 0 ? long.length : at;
};

export default class LongestFirst extends Sequencer {
  sort(tests) {
    // Stable: within a rank jest's own order stays.
    return [...super.sort(tests)].sort((a, b) => rank(a) - rank(b));
  }
}
