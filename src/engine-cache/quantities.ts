import { ownValue } from '../collections/own-value.ts';

const sizeUnits: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

const hourMs = 3_600_000;
const ageUnits: Readonly<Record<string, number>> = {
  m: 60_000,
  h: hourMs,
  d: 24 * hourMs,
  w: 7 * 24 * hourMs,
};

function read(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]+)$/i.exec(text.trim()) ?? [];
  const factor = ownValue(units, unit.toLowerCase());
  return factor === undefined ? undefined : Math.round(Number(number) * factor);
}

/** `5GiB`, `500 MB`, `0B` in bytes; undefined for any other text. */
export function readSize(text: string): number | undefined {
  return read(text, sizeUnits);
}

/** `30d`, `12h`, `90m`, `2w` in milliseconds; undefined for any other text. */
export function readAge(text: string): number | undefined {
  return read(text, ageUnits);
}

/** `0.4 MiB`, `20.0 GiB`. */
export function formatSize(sizeBytes: number): string {
  const mebibytes = sizeBytes / 2 ** 20;
  return mebibytes < 1024 ? `${mebibytes.toFixed(1)} MiB` : `${(mebibytes / 1024).toFixed(1)} GiB`;
}

/** `2026-11-28 14:49 UTC` of an ISO time or of milliseconds since 1970. */
export function formatTime(time: string | number): string {
  return `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
