/** Resolve hook (node:module `register`): a `.ts` file is an ES module, whatever the package.json near it says. */
export const resolve = async (specifier, context, nextResolve) => {
  const resolved = await nextResolve(specifier, context);
  return /\.ts(\?|$)/.test(resolved.url) ? { ...resolved, format: "module" } : resolved;
};
