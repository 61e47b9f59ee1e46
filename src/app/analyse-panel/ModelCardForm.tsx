import { type FormEvent, useState } from "react";
import type { EncoderCard, Pooling } from "#models";
import { analysisWords } from "../analysis-words.ts";
import { Button, NumberField, Select, TextField } from "../controls/controls.tsx";
import { parseNumber } from "../format.ts";
import { useAnalysis } from "../stores/context.tsx";
import styles from "./AnalysePanel.module.css";

const text = analysisWords.card;
const POOLINGS = Object.keys(text.poolings) as Pooling[];
const SIDE_PX = { min: 8, max: 4096 };

export interface ModelCardFormProps {
  fileName: string;
  card: EncoderCard;
  wrongField?: string;
}

/** What a model's file does not say of itself, asked once; filled in as far as it can be guessed. */
export function ModelCardForm({ fileName, card: suggested, wrongField }: ModelCardFormProps) {
  const analysis = useAnalysis();
  const [card, setCard] = useState(suggested);
  const change = (part: Partial<EncoderCard>) => setCard((before) => ({ ...before, ...part }));
  const input = (part: Partial<EncoderCard["input"]>) =>
    setCard((before) => ({ ...before, input: { ...before.input, ...part } }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // A resize below what the network sees would leave nothing to cut from.
    const resizePx = Math.max(card.input.resizePx, card.input.sizePx);
    void analysis.storeModel({ ...card, input: { ...card.input, resizePx } });
  };
  return (
    <form className={styles.form} onSubmit={submit}>
      <h3>{text.title(fileName)}</h3>
      <p className={wrongField ? styles.warning : styles.quiet} role={wrongField ? "alert" : undefined}>
        {wrongField ? text.cardWrong(wrongField) : `${text.sentence} ${text.filled}`}
      </p>
      <TextField label={text.name} required value={card.name} onChange={(name) => change({ name })} />
      <div className={styles.pair}>
        <NumberField
          label={text.inputSize}
          value={card.input.sizePx}
          {...SIDE_PX}
          onChange={(sizePx) => input({ sizePx })}
        />
        <NumberField
          label={text.resize}
          value={card.input.resizePx}
          {...SIDE_PX}
          onChange={(resizePx) => input({ resizePx })}
        />
      </div>
      <div className={styles.pair}>
        <Select
          label={text.filter}
          value={card.input.filter}
          choices={(["bilinear", "bicubic"] as const).map((value) => ({ value, label: text.filters[value] }))}
          onChange={(filter) => input({ filter })}
        />
        <NumberField
          label={text.dimension}
          value={card.dimension}
          min={1}
          max={100_000}
          onChange={(dimension) => change({ dimension })}
        />
      </div>
      <ThreeNumbers label={text.mean} value={card.input.mean} onChange={(mean) => input({ mean })} />
      <ThreeNumbers label={text.std} value={card.input.std} onChange={(std) => input({ std })} />
      <Select
        label={text.pooling}
        value={card.pooling}
        choices={POOLINGS.map((value) => ({ value, label: text.poolings[value] }))}
        onChange={(pooling) => change({ pooling })}
      />
      <NumberField
        label={text.magnification}
        unit="×"
        value={card.magnification}
        min={0.25}
        max={160}
        step="any"
        onChange={(magnification) => change({ magnification })}
      />
      <div className={styles.buttons}>
        <Button kind="primary" type="submit">
          {text.add}
        </Button>
        <Button onPress={analysis.cancelAdding}>{text.cancel}</Button>
      </div>
    </form>
  );
}

type Three = readonly [number, number, number];

function ThreeNumbers({ label, value, onChange }: { label: string; value: Three; onChange: (value: Three) => void }) {
  const [typed, setTyped] = useState<string>();
  const isWrong = typed !== undefined && !parseThree(typed);
  return (
    <TextField
      label={label}
      value={typed ?? value.join(", ")}
      wrong={isWrong ? text.threeNumbers : undefined}
      onChange={(next) => {
        setTyped(next);
        const three = parseThree(next);
        if (three) onChange(three);
      }}
      onBlur={() => !isWrong && setTyped(undefined)}
    />
  );
}

function parseThree(typed: string): Three | undefined {
  const [red, green, blue, ...more] = typed
    .split(/[,;\s]+/)
    .filter(Boolean)
    .map(parseNumber);
  return red !== undefined && green !== undefined && blue !== undefined && more.length === 0
    ? [red, green, blue]
    : undefined;
}
