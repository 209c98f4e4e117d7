import { useDebouncedValue } from "@mantine/hooks";
import { useSearchParams } from "wouter";

const SETTLE_MS = 250;

/** What a list is filtered by stands in the address; `settled` is the same once nobody types any more. */
export function useAddressFilter<Name extends string>(names: readonly Name[]) {
  const [address, setAddress] = useSearchParams();
  const filter = Object.fromEntries(names.map((name) => [name, address.get(name) ?? ""])) as Record<Name, string>;
  const [settled] = useDebouncedValue(JSON.stringify(filter), SETTLE_MS);
  function set(name: Name, value: string): void {
    const next = new URLSearchParams(address);
    if (value) next.set(name, value);
    else next.delete(name);
    setAddress(next, { replace: true });
  }
  return {
    filter,
    settled: JSON.parse(settled) as Record<Name, string>,
    isFiltered: Object.values<string>(filter).some((value) => value.trim()),
    set,
  };
}
