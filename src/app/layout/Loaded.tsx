import { Component, type ComponentType, type ReactNode, Suspense, use } from "react";
import { explain } from "../failures/explain.ts";
import { SmallFailure } from "../failures/SmallFailure.tsx";
import { loadFailedAgain, onDemand } from "../on-demand.ts";

/** A component whose code comes when it is first shown; it stands inside `Loaded`. */
export function part<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  const code = onDemand(load);
  // biome-ignore lint/correctness/noComponentHookFactories: called once for each part, at the top of a module
  return function Part(props: Props) {
    const Whole = use(code.loading());
    return <Whole {...props} />;
  };
}

/** Around parts: what is seen while they load, and why where they cannot be shown, with another try. */
export function Loaded({ children, fallback = null }: { children: ReactNode; fallback?: ReactNode }) {
  return (
    <Boundary>
      <Suspense fallback={fallback}>{children}</Suspense>
    </Boundary>
  );
}

interface Caught {
  readonly caught: { readonly error: unknown } | undefined;
}

/** Without it one part that fails would take the whole page away. Only a class can be that. */
class Boundary extends Component<{ children: ReactNode }, Caught> {
  override state: Caught = { caught: undefined };

  static getDerivedStateFromError(error: unknown): Caught {
    return { caught: { error } };
  }

  again = () => {
    loadFailedAgain();
    this.setState({ caught: undefined });
  };

  override render(): ReactNode {
    const { caught } = this.state;
    if (!caught) return this.props.children;
    return <SmallFailure failure={explain(caught.error, { name: "" })} onAgain={this.again} />;
  }
}
