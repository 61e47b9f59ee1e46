/**
 * A stage's log with this slide's line at its end: `<name><ext>: <message>`, one line a slide.
 * A line that begins with the same slide is replaced.
 */
export function setLogLine(before: string, slideFile: string, message: string): string {
  const kept = before.split("\n").filter((line) => line !== "" && keyOf(line) !== slideFile);
  return `${[...kept, `${slideFile}: ${message.replace(/\r?\n/g, " ")}`].join("\n")}\n`;
}

function keyOf(line: string): string {
  const colon = line.indexOf(":");
  return colon < 0 ? line : line.slice(0, colon);
}
