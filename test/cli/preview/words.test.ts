import { kindOf } from "../../../cli/preview/words.ts";

test.each([
  ["vigil:index:Certificate", "certificate"],
  ["grafana:oss/dataSource:DataSource", "data source"],
  // What every object has.
  ["strange:index:Constructor", "constructor"],
])("%s is in words: %s", (type, words) => {
  expect(kindOf(type)).toBe(words);
});
