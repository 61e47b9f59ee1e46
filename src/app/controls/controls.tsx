import { Search, X } from "lucide-react";
import type { ReactNode } from "react";
import * as aria from "react-aria-components";
import styles from "./controls.module.css";

/**
 * The accessible controls of the app, in its own dress. Only this folder knows React Aria.
 */
export { Tab, TabList, TabPanel, Tabs } from "react-aria-components";

export interface ButtonProps {
  onPress: () => void;
  children: ReactNode;
  kind?: "plain" | "primary" | "quiet";
  isDisabled?: boolean;
  className?: string | undefined;
  autoFocus?: boolean;
}

/** A button with words. */
export function Button({ kind = "plain", className = "", ...props }: ButtonProps) {
  return <aria.Button {...props} className={`${styles.button} ${className}`} data-kind={kind} />;
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
    <aria.Button
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
    </aria.Button>
  );
}

export interface SearchFieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  autoFocus?: boolean;
}

/** A field that filters what stands below it. */
export function SearchField({ label, ...props }: SearchFieldProps) {
  return (
    <aria.SearchField {...props} aria-label={label} className={styles.search!}>
      <Search aria-hidden />
      <aria.Input placeholder={label} />
      <aria.Button className={`${styles.button} ${styles.icon}`} data-kind="quiet">
        <X aria-hidden />
      </aria.Button>
    </aria.SearchField>
  );
}

export interface SegmentsProps<Value extends string> {
  label: string;
  value: Value;
  choices: readonly { value: Value; label: string }[];
  onChange: (value: Value) => void;
}

/** One of few, all of them in sight. */
export function Segments<Value extends string>({ label, value, choices, onChange }: SegmentsProps<Value>) {
  return (
    <aria.RadioGroup
      className={styles.segments!}
      value={value}
      onChange={(chosen) => onChange(chosen as Value)}
      orientation="horizontal"
    >
      <aria.Label className={styles.label!}>{label}</aria.Label>
      <div>
        {choices.map((choice) => (
          <aria.Radio key={choice.value} value={choice.value} className={styles.segment!}>
            {choice.label}
          </aria.Radio>
        ))}
      </div>
    </aria.RadioGroup>
  );
}

export interface SwitchProps {
  isSelected: boolean;
  onChange: (isSelected: boolean) => void;
  children: ReactNode;
}

/** On or off, at once. */
export function Switch({ children, ...props }: SwitchProps) {
  return (
    <aria.Switch {...props} className={styles.switch!}>
      {children}
      <span className={styles.track} />
    </aria.Switch>
  );
}
