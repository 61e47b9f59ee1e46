import type { ReactNode } from "react";
import { Button as AriaButton } from "react-aria-components";
import styles from "./controls.module.css";

/** The controls that the first screen needs; the others come with the panels. */

export interface ButtonProps {
  /** A button that submits its form needs none. */
  onPress?: () => void;
  children: ReactNode;
  type?: "button" | "submit";
  kind?: "plain" | "primary" | "quiet";
  isDisabled?: boolean;
  className?: string | undefined;
  autoFocus?: boolean;
}

/** A button with words. */
export function Button({ kind = "plain", className = "", ...props }: ButtonProps) {
  return <AriaButton {...props} className={`${styles.button} ${className}`} data-kind={kind} />;
}

export interface IconButtonProps extends Omit<ButtonProps, "kind"> {
  /** Its name, also shown as a tooltip. */
  label: string;
  /** The key that does the same, shown with the name. */
  shortcut?: string;
  /** For buttons that stay pressed or show whether something is open. */
  pressed?: boolean;
  /** Kept on a phone, where others of its kind give way to gestures. */
  forTouch?: boolean;
  /** Taken out of the order of Tab, where the arrow keys lead to it. */
  excludeFromTabOrder?: boolean;
}

/** A button with an icon; its name is said by screen readers and shown after a moment of hovering. */
export function IconButton({
  label,
  shortcut,
  pressed,
  forTouch,
  className = "",
  children,
  ...props
}: IconButtonProps) {
  const name = shortcut ? `${label} (${shortcut})` : label;
  return (
    <AriaButton
      {...props}
      aria-label={label}
      aria-pressed={pressed}
      className={`${styles.button} ${styles.icon} ${className}`}
      data-kind="quiet"
      data-selected={pressed || undefined}
      data-touch={forTouch}
      // React Aria leaves `title` out of its props: the native tooltip needs no script and no layer.
      render={(dom) => <button {...dom} title={name} />}
    >
      {children}
    </AriaButton>
  );
}
