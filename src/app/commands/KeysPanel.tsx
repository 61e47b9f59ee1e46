import { Floating } from "../layout/Floating.tsx";
import { words } from "../words.ts";
import { Keys } from "./CommandPalette.tsx";
import styles from "./Commands.module.css";
import type { Command } from "./commands.ts";

/** All keys, and what mouse and fingers do. */
export function KeysPanel({ commands }: { commands: readonly Command[] }) {
  const groups = Object.entries(words.commands.groups) as [Command["group"], string][];
  return (
    <Floating title={words.keys.title} place="foot">
      {groups.map(([group, title]) => (
        <section key={group} className={styles.group}>
          <h3>{title}</h3>
          <dl>
            {commands
              .filter((command) => command.group === group && command.keys.length > 0)
              .map((command) => (
                <div key={command.id}>
                  <dt>{command.name}</dt>
                  <dd>
                    <Keys keys={command.keys} />
                  </dd>
                </div>
              ))}
          </dl>
        </section>
      ))}
      <section className={styles.group}>
        <h3>{words.keys.mouse}</h3>
        <dl>
          {words.keys.gestures.map(([gesture, effect]) => (
            <div key={gesture}>
              <dt>{effect}</dt>
              <dd>{gesture}</dd>
            </div>
          ))}
        </dl>
      </section>
    </Floating>
  );
}
