import { Search, X } from "lucide-react";
import { type InputHTMLAttributes, type ReactNode, useId, useState } from "react";
import * as aria from "react-aria-components";
import styles from "./controls.module.css";

export { Tab, TabList, TabPanel, Tabs } from "react-aria-components";
/**
 * The accessible controls of the app, in its own dress. Only this folder knows React Aria.
 */
export { Button, IconButton } from "./buttons.tsx";

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

export interface SliderProps {
  label: string;
  value: number;
  min: number;
  max: number;
  step: number;
  /** The value as people read it. */
  text: string;
  onChange: (value: number) => void;
}

/** A value to be pulled; what it changes follows in the same frame. */
export function Slider({ label, value, text, onChange, ...range }: SliderProps) {
  const id = useId();
  return (
    <div className={styles.slider}>
      <label htmlFor={id}>{label}</label>
      <output htmlFor={id}>{text}</output>
      <input
        id={id}
        type="range"
        {...range}
        value={value}
        aria-valuetext={text}
        onChange={(event) => onChange(event.currentTarget.valueAsNumber)}
      />
    </div>
  );
}

export interface NumberFieldProps {
  label: string;
  value: number;
  min: number;
  max: number;
  /** Of the arrow keys. */
  step?: number | "any";
  /** Usual values, offered while typing. */
  suggestions?: readonly number[];
  unit?: string;
  onChange: (value: number) => void;
}

/** A number to type. What is being typed is left alone until it is a number that may be. */
export function NumberField({ label, value, unit, suggestions, onChange, step = 1, min, max }: NumberFieldProps) {
  const id = useId();
  const [typed, setTyped] = useState<string>();
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <span>
        <input
          id={id}
          type="number"
          inputMode="decimal"
          min={min}
          max={max}
          step={step}
          list={suggestions && `${id}-list`}
          value={typed ?? value}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            const number = event.currentTarget.valueAsNumber;
            if (number >= min && number <= max) onChange(number);
          }}
          onBlur={() => setTyped(undefined)}
        />
        {unit && <span>{unit}</span>}
      </span>
      {suggestions && (
        <datalist id={`${id}-list`}>
          {suggestions.map((suggestion) => (
            <option key={suggestion} value={suggestion} />
          ))}
        </datalist>
      )}
    </div>
  );
}

export interface TextFieldProps
  extends Pick<
    InputHTMLAttributes<HTMLInputElement>,
    "aria-describedby" | "autoComplete" | "inputMode" | "onBlur" | "onKeyDown" | "required"
  > {
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** What is wrong with what was typed. */
  wrong?: string | undefined;
}

/** A line to type. */
export function TextField({ label, wrong, onChange, ...input }: TextFieldProps) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <input
        {...input}
        id={id}
        aria-invalid={wrong !== undefined || undefined}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      {wrong !== undefined && (
        <p className={styles.label} role="alert">
          {wrong}
        </p>
      )}
    </div>
  );
}

export interface SelectProps<Value extends string> {
  label: string;
  value: Value;
  choices: readonly { value: Value; label: string }[];
  onChange: (value: Value) => void;
}

/** One of many. */
export function Select<Value extends string>({ label, value, choices, onChange }: SelectProps<Value>) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChange(event.currentTarget.value as Value)}>
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </select>
    </div>
  );
}

export interface ProgressProps {
  label: string;
  /** 0 to 1; undefined while nobody knows. */
  fraction: number | undefined;
}

/** How far something is. */
export function Progress({ label, fraction }: ProgressProps) {
  return <progress className={styles.progress} aria-label={label} value={fraction} max={1} />;
}
