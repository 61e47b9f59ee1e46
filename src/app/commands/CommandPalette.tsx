import { Search } from "lucide-react";
import { type KeyboardEvent, useId, useState } from "react";
import { Floating } from "../layout/Floating.tsx";
import { useChromeStore } from "../stores/context.tsx";
import { words } from "../words.ts";
import styles from "./Commands.module.css";
import { type Command, findCommands } from "./commands.ts";

const text = words.commands;

/** Finds any command by name: type, arrow, Enter. */
export function CommandPalette({ commands }: { commands: readonly Command[] }) {
  const chrome = useChromeStore();
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const listId = useId();
  const found = findCommands(commands, typed);
  const chosen = found[Math.min(at, found.length - 1)];
  const run = (command: Command | undefined) => {
    if (!command) return;
    chrome.setState({ floating: undefined });
    command.run?.();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") setAt((at + 1) % found.length);
    else if (event.key === "ArrowUp") setAt((at - 1 + found.length) % found.length);
    else if (event.key === "Enter") run(chosen);
    else return;
    event.preventDefault();
  };
  return (
    <Floating title={text.title} place="top">
      <div className={styles.field}>
        <Search aria-hidden />
        <input
          // biome-ignore lint/a11y/noAutofocus: the panel was asked for in order to type
          autoFocus
          role="combobox"
          aria-label={text.placeholder}
          aria-expanded
          aria-controls={listId}
          aria-activedescendant={chosen && `${listId}-${chosen.id}`}
          placeholder={text.placeholder}
          autoComplete="off"
          spellCheck={false}
          value={typed}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      {found.length === 0 && <p className={styles.none}>{text.none(typed)}</p>}
      <div role="listbox" id={listId} aria-label={text.title} className={styles.found} tabIndex={-1}>
        {found.map((command) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the field's, which keeps the focus
          <div
            key={command.id}
            id={`${listId}-${command.id}`}
            role="option"
            tabIndex={-1}
            aria-selected={command === chosen}
            ref={command === chosen ? scrollIntoView : undefined}
            onClick={() => run(command)}
          >
            <span>{command.name}</span>
            <Keys keys={command.keys} />
          </div>
        ))}
      </div>
    </Floating>
  );
}

function scrollIntoView(element: HTMLElement | null): void {
  element?.scrollIntoView({ block: "nearest" });
}

export function Keys({ keys }: { keys: readonly string[] }) {
  return (
    <span className={styles.keys}>
      {keys.map((key) => (
        <kbd key={key}>{key}</kbd>
      ))}
    </span>
  );
}
