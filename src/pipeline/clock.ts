/** Local time as TRIDENT writes it: YYYY-MM-DDTHH:MM:SS+HHMM, no colon in the offset. */
export function stampOf(time: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const offset = -time.getTimezoneOffset();
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
  const zone = `${offset < 0 ? "-" : "+"}${two(Math.floor(Math.abs(offset) / 60))}${two(Math.abs(offset) % 60)}`;
  return `${day}T${clock}${zone}`;
}

/** Seconds since 1970, with fractions. */
export const epochOf = (time: Date): number => time.getTime() / 1000;
