/**
 * What the lint asks of tests beside the published rules: an expectation must be able to fail. The program
 * that runs the tests looks at the rest, see every-test.ts.
 */

/** @type {import("eslint").Rule.RuleModule} */
const canFail = {
  meta: {
    type: "problem",
    messages: {
      literal: "This is what it is whatever the program does: expect something of the program.",
      early: "A test that ends early passes where it proved nothing: test.skip says so.",
      same: "Both sides are the same text, so they are equal whatever the program does.",
      swallowed:
        "An error that is swallowed here is a failure nobody sees: expect it, or let it through.",
    },
    schema: [],
  },
  create({ report, sourceCode }) {
    const textOf = (node) => sourceCode.getText(node);
    /** Whether nothing but the source text decides what it is. */
    const isLiteral = (node) =>
      (node.type === "UnaryExpression" && isLiteral(node.argument)) ||
      node.type === "Literal" ||
      (node.type === "TemplateLiteral" && node.expressions.length === 0) ||
      (node.type === "ArrayExpression" && node.elements.every((one) => one && isLiteral(one)));
    /** `expect(a)` of `expect(a).not.toBe(b)`. */
    const received = (node) => {
      let at = node.callee;
      while (at.type === "MemberExpression") at = at.object;
      return at.type === "CallExpression" && at.callee.name === "expect" ? at : undefined;
    };
    /** Whether a function is what `it("…", here)` or `test.each(…)("…", here)` runs. */
    const isTest = (node) =>
      node.parent.type === "CallExpression" &&
      node.parent.arguments.indexOf(node) === 1 &&
      /^(?:it|test|(?:itWhere|on|where|with)[A-Z]\w+)\b/.test(textOf(node.parent.callee));
    return {
      ReturnStatement(node) {
        const around = sourceCode.getAncestors(node).findLast(({ type }) => /Function/.test(type));
        if (node.argument === null && around && isTest(around))
          report({ node, messageId: "early" });
      },
      CallExpression(node) {
        const expected = node.callee.type === "MemberExpression" && received(node);
        if (!expected) return;
        const [actual] = expected.arguments;
        if (!actual) return;
        if (isLiteral(actual) && node.arguments.every(isLiteral)) {
          report({ node: actual, messageId: "literal" });
        }
        const [wanted] = node.arguments;
        const negated = /\.\s*not\s*\./.test(textOf(node.callee).slice(textOf(expected).length));
        if (wanted && !negated && textOf(actual) === textOf(wanted)) {
          report({ node, messageId: "same" });
        }
      },
      // expect() throws to say that something is wrong.
      TryStatement(node) {
        if (
          node.handler === null ||
          /\b(?:throw|reject|return|expect)\b|=/.test(textOf(node.handler.body))
        )
          return;
        if (/\bexpect\s*\(/.test(textOf(node.block)))
          report({ node: node.handler, messageId: "swallowed" });
      },
    };
  },
};

export default { rules: { "can-fail": canFail } };
