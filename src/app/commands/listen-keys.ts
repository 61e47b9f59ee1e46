import type { AppParts } from "../stores/context.tsx";
import type { Command } from "./commands.ts";

/** Keys that act anywhere on the page, by command. The viewer has its own: arrows, + − 0 and the digits. */
const PLAIN_KEYS: Readonly<Record<string, string>> = {
  "[": "rail",
  "]": "panel",
  n: "next",
  p: "previous",
  "?": "keys",
};
const CTRL_KEYS: Readonly<Record<string, string>> = { k: "find", o: "open-slide" };

/** Turns keys into commands, and H held into a clear view. @returns a function that stops it. */
export function listenKeys(target: Window, commands: readonly Command[], chrome: AppParts["chrome"]): () => void {
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.altKey) return;
    const key = event.key.toLowerCase();
    const withCtrl = event.ctrlKey || event.metaKey;
    if (withCtrl) {
      const id = event.shiftKey ? undefined : CTRL_KEYS[key];
      if (id) act(id, event);
      return;
    }
    // Letters belong to whoever is typing.
    if (isTyping(event.target)) return;
    if (key === "h" && !event.repeat) chrome.setState({ hidden: true });
    const id = PLAIN_KEYS[key];
    if (id && !event.repeat) act(id, event);
  };
  const act = (id: string, event: KeyboardEvent) => {
    const command = commands.find((candidate) => candidate.id === id);
    if (!command?.run || !command.isPossible()) return;
    event.preventDefault();
    command.run();
  };
  const reveal = () => chrome.getState().hidden && chrome.setState({ hidden: false });
  const onKeyUp = (event: KeyboardEvent) => event.key.toLowerCase() === "h" && reveal();
  target.addEventListener("keydown", onKeyDown);
  target.addEventListener("keyup", onKeyUp);
  // A key released in another window never comes up here.
  target.addEventListener("blur", reveal);
  return () => {
    target.removeEventListener("keydown", onKeyDown);
    target.removeEventListener("keyup", onKeyUp);
    target.removeEventListener("blur", reveal);
  };
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches("input:not([type=radio], [type=checkbox]), textarea, select"))
  );
}
