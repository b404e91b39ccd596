/** What Stryker leaves as it is, and why. */

/** @type {import('@stryker-mutator/api/ignore').Ignorer} */
const ownMistakes = {
  shouldIgnore(path) {
    const isThrown =
      path.isNewExpression() &&
      path.parentPath?.isThrowStatement() &&
      ['Error', 'RangeError', 'TypeError'].includes(path.node.callee.name);
    return isThrown ? 'the words of an error that only a mistake in rcc throws' : undefined;
  },
};

export const strykerPlugins = [{ kind: 'Ignore', name: 'own-mistakes', value: ownMistakes }];
