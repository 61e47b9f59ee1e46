/** Properties whose name or value contains every word that was typed, in the order of their names. */
export function findProperties(
  properties: Readonly<Record<string, string>>,
  typed: string,
): readonly (readonly [name: string, value: string])[] {
  const wanted = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return Object.entries(properties).filter(([name, value]) => {
    const text = `${name} ${value}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}
