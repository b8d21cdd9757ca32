/**
 * A test in which no expectation ran says nothing, and would pass for ever: its list was empty, its branch
 * not taken, its callback never called. The lint finds those that cannot run any; this finds the others.
 */
beforeEach(() => {
  expect.hasAssertions();
});
