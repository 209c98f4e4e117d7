import { useFormat } from "../api/queries";

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

/** Bytes in the unit in which they are less than 1024. */
export function useSize(): (bytes: number) => string {
  const format = useFormat();
  return (bytes) => {
    const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), UNITS.length - 1);
    const value = bytes / 1024 ** power;
    const shown = power === 0 || value >= 100 ? Math.round(value) : Math.round(value * 10) / 10;
    return `${format.number(shown)}\u00a0${UNITS[power]}`;
  };
}
