import axe from "axe-core";

/** What axe finds in the test page by the rules of WCAG 2.2 AA and its own best practices, as lines to read. */
export async function axeFinds(): Promise<string[]> {
  // A button whose colours are just changing is neither the one nor the other.
  await Promise.all(document.getAnimations().map((animation) => animation.finished));
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  // The test page around the app has neither title nor language of its own.
  const rules = Object.fromEntries(["document-title", "html-has-lang"].map((id) => [id, { enabled: false }]));
  const { violations } = await axe.run(document, { runOnly: tags, rules });
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
}
