import { Floating } from "../layout/Floating.tsx";
import { words } from "../words.ts";
import { Keys } from "./CommandPalette.tsx";
import styles from "./Commands.module.css";
import type { Command } from "./commands.ts";

/** All keys, and what mouse and fingers do. */
export function KeysPanel({ commands }: { commands: readonly Command[] }) {
  const titles = Object.entries(words.commands.groups) as [Command["group"], string][];
  const withKeys = commands.filter((command) => command.keys.length > 0);
  const groups = titles.map(([group, title]) => ({
    group,
    title,
    members: withKeys.filter((command) => command.group === group),
  }));
  return (
    <Floating title={words.keys.title} place="foot">
      {groups.map(
        ({ group, title, members }) =>
          members.length > 0 && (
            <section key={group} className={styles.group}>
              <h3>{title}</h3>
              <dl>
                {members.map((command) => (
                  <div key={command.id}>
                    <dt>{command.name}</dt>
                    <dd>
                      <Keys keys={command.keys} />
                    </dd>
                  </div>
                ))}
              </dl>
            </section>
          ),
      )}
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
