import { Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "../api/queries";
import { type Customer, useCustomer, useCustomersTyped } from "./customers";
import { useNameWord } from "./words";

/** Typing is answered after a pause of this length, so that not every key asks the server. */
const PAUSE_MS = 250;

interface Props {
  /** The number of the record; "": any customer. */
  chosen: string;
  onChoose: (id: string) => void;
}

function useOption() {
  const nameWord = useNameWord();
  return (customer: Customer) => {
    const name = nameWord(customer);
    const number = customer.numbers[0]?.number ?? "";
    return { value: `${customer.id}`, label: number && number !== name ? `${name} · ${number}` : name };
  };
}

/** Chooses a customer by how the name begins, or by the whole number. */
export function CustomerChoice({ chosen, onChoose }: Props) {
  const { t } = useTranslation();
  const optionOf = useOption();
  const [typed, setTyped] = useState("");
  const [settled] = useDebouncedValue(typed, PAUSE_MS);
  const known = useCustomer(Number(chosen), useMay("see_customers") && chosen !== "").data;
  const label = known ? optionOf(known).label : "";
  const isSearching = typed !== "" && typed !== label;
  const found = useCustomersTyped(isSearching ? settled : "");
  const offered = isSearching ? (found.data ?? []) : [];
  const options = [...(known ? [known] : []), ...offered.filter(({ id }) => id !== known?.id)].map(optionOf);
  const isWaiting = found.isFetching || settled !== typed;
  return (
    <Select
      size="xs"
      aria-label={t("calls.fields.customer")}
      placeholder={t("calls.fields.customer")}
      data={options}
      value={chosen || null}
      onChange={(id) => onChoose(id ?? "")}
      comboboxProps={{ withinPortal: false }}
      searchable
      searchValue={typed}
      onSearchChange={setTyped}
      filter={({ options: all }) =>
        isSearching ? all.filter((one) => !("value" in one) || one.value !== chosen) : all
      }
      nothingFoundMessage={
        isSearching ? t(isWaiting ? "calls.customerWait" : "calls.noCustomer") : t("calls.typeCustomer")
      }
    />
  );
}
