import { useEffect, useMemo } from "react";
import { CommandPalette } from "./commands/CommandPalette.tsx";
import { listCommands } from "./commands/commands.ts";
import { KeysPanel } from "./commands/KeysPanel.tsx";
import { listenKeys } from "./commands/listen-keys.ts";
import { Foot } from "./foot/Foot.tsx";
import { RequestLog } from "./foot/RequestLog.tsx";
import { Desktop } from "./layout/Desktop.tsx";
import { DropTarget } from "./layout/DropTarget.tsx";
import { useFocusBack } from "./layout/Floating.tsx";
import { Phone } from "./layout/Phone.tsx";
import { PHONE, useMedia } from "./layout/use-media.ts";
import type { Library } from "./library.ts";
import type { Offline } from "./offline/register.ts";
import type { AddressBar } from "./slide-pane/address-bar.ts";
import { SlidePane } from "./slide-pane/SlidePane.tsx";
import { type AppParts, AppPartsProvider, useChrome, useJob, useSettings, useSlides } from "./stores/context.tsx";
import { percentOf } from "./stores/job.ts";
import { activeEntry } from "./stores/slides.ts";
import { words } from "./words.ts";

export interface AppProps {
  parts: AppParts;
  library: Library;
  offline: Offline;
  address: AddressBar;
}

export function App({ parts, library, offline, address }: AppProps) {
  const commands = useMemo(() => listCommands(parts), [parts]);
  useEffect(() => listenKeys(window, commands, parts.chrome), [commands, parts]);
  const Layout = useMedia(PHONE) ? Phone : Desktop;
  return (
    <AppPartsProvider parts={parts}>
      <FollowTheme />
      <FollowTitle />
      <Layout pane={<SlidePane address={address} />} foot={<Foot library={library} offline={offline} />} />
      <DropTarget />
      <FloatingPanel commands={commands} />
    </AppPartsProvider>
  );
}

function FloatingPanel({ commands }: { commands: ReturnType<typeof listCommands> }) {
  const floating = useChrome((state) => state.floating);
  useFocusBack(floating !== undefined);
  if (floating === "commands") return <CommandPalette commands={commands} />;
  if (floating === "keys") return <KeysPanel commands={commands} />;
  if (floating === "requests") return <RequestLog />;
  return null;
}

function FollowTheme() {
  const theme = useSettings((settings) => settings.theme);
  const systemIsDark = useMedia("(prefers-color-scheme: dark)");
  const viewer = useChrome((state) => state.viewer);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the system's theme changes what the tokens mean
  useEffect(() => {
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    viewer?.refreshSurround();
  }, [theme, systemIsDark, viewer]);
  return null;
}

function FollowTitle() {
  const name = useSlides((state) => activeEntry(state)?.name);
  const percent = useJob(percentOf);
  useEffect(() => {
    document.title = words.title(name, percent);
  }, [name, percent]);
  return null;
}
