import { createRoot } from "react-dom/client";
import { expect, onTestFinished, test } from "vitest";
import { page } from "vitest/browser";
import { Loaded, part } from "../../../src/app/layout/Loaded.tsx";
import { words } from "../../../src/app/words.ts";
import { expectConsole } from "../../support/expected-console.ts";

test("a part that cannot be loaded says so in its place, the rest stays, and it can be tried again", async () => {
  expectConsole(/NotLoadedError/);
  let works = false;
  const Panel = part(async () => {
    if (!works) throw new TypeError("Failed to fetch dynamically imported module");
    return () => <p>The panel</p>;
  });
  const container = document.createElement("div");
  document.body.append(container);
  const root = createRoot(container);
  onTestFinished(() => {
    root.unmount();
    container.remove();
  });
  root.render(
    <>
      <p>The slide</p>
      <Loaded>
        <Panel />
      </Loaded>
    </>,
  );
  const alert = page.getByRole("alert");
  const again = alert.getByRole("button", { name: words.failures.actions.again });
  await expect.element(alert).toHaveTextContent(words.failures.notLoaded.what);
  await expect.element(page.getByText("The slide")).toBeVisible();
  await again.click();
  await expect.element(alert).toHaveTextContent(words.failures.notLoaded.what);
  works = true;
  await again.click();
  await expect.element(page.getByText("The panel")).toBeVisible();
  expect(alert.elements()).toEqual([]);
});
